/** Whole requests from what each adds to the one before. */
import type { Message } from "../../runtime/kernel/protocol.ts";
import type { EventOf } from "../../runtime/kernel/trajectory/events.ts";

/** Put together when they are asked for: all of them at once would take memory with the square of their number. */
export interface Requests {
  /** The messages of the request with this event, all of them or those from the one with number `from`, counted from 0. */
  get(index: number, from?: number): readonly Message[] | undefined;
  values(): Iterable<readonly Message[]>;
  /** What the request holds beyond the one before it; all that it holds when it does not go on from that one. */
  added(index: number): { readonly goesOn: boolean; readonly messages: readonly Message[] };
}

/** @param models calls of a model in their order, with the indices of their events */
export function wholeRequests(
  models: readonly { readonly index: number; readonly event: EventOf<"model_called"> }[],
): Requests {
  const prefixes = new Map<number, Prefix>();
  let all: Message[] = [];
  let length = 0;
  for (const { index, event } of models) {
    const { shared, messages } = event.request;
    const from = Math.min(shared, length);
    if (from < length) all = all.slice(0, from);
    for (const message of messages) all.push(message);
    prefixes.set(index, { all, from, goesOn: from === length, to: all.length });
    length = all.length;
  }
  return {
    get(index, from = 0) {
      const prefix = prefixes.get(index);
      return prefix && prefix.all.slice(from, prefix.to);
    },
    *values() {
      for (const { all: messages, to } of prefixes.values()) yield messages.slice(0, to);
    },
    added(index) {
      const { all: messages, from, goesOn, to } = prefixes.get(index) ?? NONE;
      return { goesOn, messages: messages.slice(goesOn ? from : 0, to) };
    },
  };
}

/** The first messages of a list that later requests go on with. */
interface Prefix {
  readonly all: readonly Message[];
  /** Messages that it has in common with the request before. */
  readonly from: number;
  readonly goesOn: boolean;
  readonly to: number;
}

const NONE: Prefix = { all: [], from: 0, goesOn: false, to: 0 };
