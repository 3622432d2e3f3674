// Keeps direct labels apart: each stays as near to its curve as the others let it.

/** Moves items apart along a line of `length` pixels so that neighbours are at least `gap` from each other. */
export function separate<T>(
  items: readonly T[],
  place: (item: T) => number,
  gap: number,
  length: number,
): { item: T; at: number }[] {
  const placed = items.map((item) => ({ item, at: place(item) })).sort((a, b) => a.at - b.at);
  // Groups that touch share one block, centred where its members want to be.
  const blocks: { members: typeof placed; start: number }[] = [];
  for (const one of placed) {
    blocks.push(settled([one], gap, length));
    for (let last = blocks.at(-1)!, before = blocks.at(-2); before && end(before, gap) > last.start; ) {
      blocks.splice(-2, 2, settled([...before.members, ...last.members], gap, length));
      [last, before] = [blocks.at(-1)!, blocks.at(-2)];
    }
  }
  return blocks.flatMap(({ members, start }) => members.map(({ item }, i) => ({ item, at: start + i * gap })));
}

const end = (block: { members: unknown[]; start: number }, gap: number) => block.start + block.members.length * gap;

function settled<M extends { at: number }>(members: M[], gap: number, length: number) {
  const wish = members.reduce((sum, { at }, i) => sum + at - i * gap, 0) / members.length;
  const room = Math.max(0, length - (members.length - 1) * gap);
  return { members, start: Math.min(room, Math.max(0, wish)) };
}
