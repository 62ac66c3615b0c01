/** What detectors ask of a call. */
import { fingerprint } from "./view.ts";
import type { CallView, View } from "./view.ts";

/** The tool did not take the input: by the kernel's mark, or where there is none by its words. */
export function isRefusedInput({ event: { result } }: CallView): boolean {
  if (!result.is_error) return false;
  if (result.failure) return result.failure.kind === "invalid_input";
  return /\b(?:arguments?|parameters?|propert(?:y|ies)|keyword|schema|json|input)\b/i.test(
    result.content.slice(0, 500),
  );
}

/** No later call of the same tool succeeded. */
export function neverWorked(call: CallView, view: View): boolean {
  return !view.calls.some(
    ({ index, event }) => index > call.index && event.name === call.event.name && !event.result.is_error,
  );
}

/** No later identical call succeeded. */
export function neverRepeated(call: CallView, view: View): boolean {
  const wanted = fingerprint(call.event);
  return !view.calls.some(
    ({ index, event }) =>
      index > call.index &&
      event.name === call.event.name &&
      !event.result.is_error &&
      fingerprint(event) === wanted,
  );
}

/** It changed something, as far as the kernel, or else its name, tells. */
export function isWrite({ event }: CallView): boolean {
  if (event.result.is_error) return false;
  if (event.capability !== "unknown") return event.capability === "write";
  return /^(?:write|edit|create|update|delete|remove|insert|apply|replace|append|save|set|patch|add|modify|book|cancel|send|str_replace)(?:_|$|[A-Z])/.test(
    event.name,
  );
}

/** The file that it is about, when its input names one. */
export function pathOf({ event: { input } }: CallView): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  for (const key of ["path", "file_path", "filePath", "file", "filename", "notebook_path"]) {
    const value: unknown = Reflect.get(input, key);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** The command that it ran, when it is one. */
export function commandOf({ event: { input } }: CallView): string {
  if (typeof input !== "object" || input === null) return "";
  const value: unknown = Reflect.get(input, "command") ?? Reflect.get(input, "cmd");
  return typeof value === "string" ? value : "";
}

/** The result says that something went wrong: by its mark, its exit code, or what tests and interpreters print. */
export function reportsFailure({ event: { result } }: CallView): boolean {
  return result.is_error || (result.exit_code ?? 0) !== 0 || FAILED.test(result.content);
}

const FAILED =
  /^Traceback \(most recent call last\)|^(?:\w+\.)*\w*(?:Error|Exception): |\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|^(?:not ok|FAIL(?:ED)?)\b|^(?:bash: |sh: )?[^\n]{0,80}: (?:command not found|No such file or directory)$/m;

/** The last successful call before an event: how far the run had come. */
export function progressBefore(index: number, view: View): CallView | undefined {
  return view.calls.findLast((call) => call.index < index && !call.event.result.is_error);
}
