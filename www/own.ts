// A person's own images: taken from files, kept for runs while the page lives, sent nowhere.

import type { OwnInfo } from "./generated/engram.js";
import { own_set, spec_set } from "./generated/page.js";
import { choose, unacted } from "./link.js";
import type { DataFile } from "./messages.js";
import { isActive } from "./run.js";
import type { State, Store } from "./state.js";
import { megabytes, words } from "./words.js";

/** No more is read into memory than the core would take. */
const LIMIT = 256 * 2 ** 20;

const kept = new Map<string, readonly DataFile[]>();

export const isOwn = (name: string): boolean => name.startsWith("own-");

/** The files of a set that was taken before. */
export function ownFiles(name: string): readonly DataFile[] {
  const files = kept.get(name);
  if (!files) throw new Error(lacking(name));
  return files;
}

/** What to do where a Spec's own images are not here, as when its link is opened anew; `null` where they are. */
export function missing({ spec, own }: State): string | null {
  const { name } = spec.data;
  return isOwn(name) && !own.some((set) => set.name === name) ? lacking(name) : null;
}

const lacking = (name: string) => `This link is about images of your own (${name}), which stay with you: drop their files on this page again.`;

/** Makes dropped or chosen files the data set. Files that are none change nothing but the message. */
export async function take(store: Store, chosen: readonly File[]): Promise<void> {
  try {
    if (isActive(store.state.run)) throw new Error("a run is under way. Stop it first");
    const files = await read(chosen);
    const info = own_set([...files]);
    kept.set(info.name, files);
    store.set({ own: [...store.state.own.filter(({ name }) => name !== info.name), info], problem: null });
    if (store.state.spec.data.name !== info.name) chooseOwn(store, info);
  } catch (error) {
    store.set({ problem: `These files were not taken: ${words(error)}.` });
  }
}

async function read(chosen: readonly File[]): Promise<readonly DataFile[]> {
  const size = chosen.reduce((sum, file) => sum + file.size, 0);
  if (size > LIMIT) throw new Error(`they hold ${megabytes(size)}, and at most ${megabytes(LIMIT)} are read`);
  return Promise.all(
    chosen.map(async (file): Promise<DataFile> => {
      const bytes = await file.arrayBuffer().catch(() => {
        throw new Error(`${file.name} cannot be read; it may be a folder`);
      });
      return { name: file.name, bytes: new Uint8Array(bytes) };
    }),
  );
}

/** What of a large set is learnt from and tested on, of each class. */
const PART = { train_per_class: 1000, test_per_class: 200 };

/** Puts a set into the controls: its classes two at a time, and no window that is larger than its images. */
export function chooseOwn(store: Store, { name, classes, shape, train_per_class, test_per_class }: OwnInfo): void {
  const { spec } = store.state;
  const tasks = classes.flatMap((_, c) => (c % 2 === 0 ? [[c, c + 1].filter((c) => c < classes.length)] : []));
  const isLarge = train_per_class >= PART.train_per_class && test_per_class >= PART.test_per_class;
  const changes: [string, string][] = [
    ["data.name", name],
    ["data.subset", isLarge ? JSON.stringify(PART) : "null"],
    ["tasks.classes", JSON.stringify(tasks)],
    ["tasks.order", "listed"],
  ];
  const side = "image" in shape ? Math.min(shape.image.height, shape.image.width) : 0;
  if ((spec.sleep.window ?? 0) > side) changes.push(["sleep.window", "null"]);
  choose(store, spec_set(unacted(spec), changes));
}
