/**
 * Like `Promise.all`, but waits for every promise before it throws what the first of them threw: when this rejects, nothing
 * goes on in the background.
 */
export async function settleAll<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const ends = await Promise.allSettled(promises);
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}
