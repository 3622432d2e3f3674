// How a saved study of the Connect lab begins: known before the lab's code is there.

export const START = "engram studies 1\n";

/** Whether one of these files is meant to be a saved study: it is looked into. */
export async function isStudyFile(files: readonly File[]): Promise<boolean> {
  const [file] = files;
  if (files.length !== 1 || !file) return false;
  return (await file.slice(0, START.length).text().catch(() => "")) === START;
}
