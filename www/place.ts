// What stands behind a tab of the page, whatever its Spec.

import type { TabName } from "./labs.js";
import type { Order } from "./remote.js";

export interface Place {
  readonly name: TabName;
  /** What stands before the page's main part, from the first to the last. */
  readonly around: readonly HTMLElement[];
  /** In the main part: messages; the controls and the figures beside them; all other figures. */
  readonly notice: HTMLElement;
  readonly steer: HTMLElement;
  readonly first: HTMLElement;
  readonly see: HTMLElement;
  /** What leads through the lab; `null` where nothing does. */
  readonly guide: HTMLElement | null;
  /** What its controls say, as the address holds it. */
  address(): string;
  /** How much would be lost if the page were left: `running` goes on, `standing` could go on. */
  atWork(): "running" | "standing" | null;
  /** Says what is wrong, with a link for one. */
  refuse(problem: string): void;
  /** Starts, pauses or stops what it computes. */
  obey(order: Order): void;
  /** Has somebody hear of its changes, at most once a frame. */
  watch(changed: () => void): void;
  /** Tells it whether the page shows it. */
  present(isShown: boolean): void;
  /** Brings the figures, which are larger than all else: once. */
  furnish(): Promise<void>;
}
