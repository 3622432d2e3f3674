// What the page and its service worker say to each other about the files that are kept for offline use.

/** A data file of the site, beside the page. */
export interface KeptFile {
  /** `data/SET/quick/…` or `data/SET/full/…`. */
  readonly path: string;
  readonly bytes: number;
  readonly kept: boolean;
}

/** Sent with a port on which the service worker answers. */
export type ToServiceWorker =
  /** Which data files there are: one `files`. */
  | { readonly kind: "list" }
  /** Keep this one: some `received`, then `kept` or `failed`. */
  | { readonly kind: "keep"; readonly path: string }
  /** Take the place of the version before: `others` where that cannot be yet, and else no answer. */
  | { readonly kind: "replace" };

export type FromServiceWorker =
  | { readonly kind: "files"; readonly files: readonly KeptFile[] }
  | { readonly kind: "received"; readonly bytes: number }
  | { readonly kind: "kept" }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string }
  /** Other pages of the lab are open, and go on with their version. */
  | { readonly kind: "others" };
