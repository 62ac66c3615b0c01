/** The `retry-after` header in milliseconds: seconds, or a date counted from the reply's own. */
import type { IncomingHttpHeaders } from "node:http";

export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const [at, now] = [Date.parse(value), Date.parse(headers.date ?? "")];
  if (Number.isNaN(at)) return undefined;
  return Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}
