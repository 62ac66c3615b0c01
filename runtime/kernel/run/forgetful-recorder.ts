/** Keeps nothing of a run but how much it was: for trials that prove nothing, of which nobody wants a record. */
import type { Recorder } from "./recorder.ts";

/**
 * What is asked of the model is counted as often as it is asked, so the size of a run is larger here than in a record.
 * @param most characters that may be counted; `onExcess` is called once when they are more
 */
export function createForgetfulRecorder(most: number, onExcess: () => void): Recorder {
  let size = 0;
  const count = (value: unknown): void => {
    const before = size;
    size += OVERHEAD + lengthOf(value);
    if (before <= most && size > most) onExcess();
  };
  return {
    record: count,
    requestDelta: ({ messages }) => ({ hash: "", key: "", shared: messages.length, messages: [] }),
    callKey: () => "",
    size: () => size,
    settled: () => Promise.resolve(),
  };
}

/** Characters that an event is taken for, besides its text. */
const OVERHEAD = 65_536;

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + lengthOf(item), 0);
}
