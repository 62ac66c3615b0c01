/** How long to wait before something is tried again. */

const BASE_MS = 500;
const FACTOR = 2;
/** Nobody waits longer than this: then it is better to say that it failed. */
const MAX_WAIT_MS = 60_000;

/**
 * Milliseconds to wait before retry number `retry` (from 0). Never less than what the other side asked for.
 * @returns nothing when that is longer than a run should wait
 */
export function waitBefore(retry: number, retryAfterMs = 0): number | undefined {
  if (retryAfterMs > MAX_WAIT_MS) return undefined;
  return Math.max(retryAfterMs, Math.min(BASE_MS * FACTOR ** retry, MAX_WAIT_MS));
}
