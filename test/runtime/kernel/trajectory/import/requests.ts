import type { Message } from "../../../../../runtime/kernel/protocol.ts";
import type { EventOf } from "../../../../../runtime/kernel/trajectory/events.ts";

/** Every request whole, as detectors put it together. */
export function viewRequests(models: readonly EventOf<"model_called">[]): Message[][] {
  let before: Message[] = [];
  return models.map(({ request }) => (before = [...before.slice(0, request.shared), ...request.messages]));
}
