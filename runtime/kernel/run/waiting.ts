/** Small helpers for promises that a run waits on. */

/** Runs tasks one after the other, in the order in which they came. A task that rejects does not hold up the next. */
export function oneAtATime(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

/**
 * What `promise` gives, or, as soon as `signal` is aborted, the rejection that `reason` makes.
 * @param patienceMs how long after the abort the promise may still win
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  reason: () => Error,
  patienceMs = 0,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    if (patienceMs === 0) reject(reason());
    else timer = setTimeout(() => reject(reason()), patienceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
