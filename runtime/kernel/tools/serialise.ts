/** Lets the changes of one file happen one after the other, in the order in which they were asked for. */
const tails = new Map<string, Promise<unknown>>();

/** Runs `change` when the changes of `key` before it are done, however they ended. */
export async function oneAtATime<T>(key: string, change: () => Promise<T> | T): Promise<T> {
  const before = tails.get(key) ?? Promise.resolve();
  const mine = before.then(change, change);
  const settled = mine.catch(() => undefined);
  tails.set(key, settled);
  try {
    return await mine;
  } finally {
    if (tails.get(key) === settled) tails.delete(key);
  }
}
