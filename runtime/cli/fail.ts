/** How an error is told, and which exit code it becomes. */
import { NoSandbox } from "../../guardrails/sandbox/errors.ts";
import { messageOf, RatchetError, type ErrorKind } from "../kernel/error.ts";
import { ModelError } from "../kernel/model/model.ts";
import { Stopped } from "./stopped.ts";
import { clean, clearStatus, printJson } from "./output.ts";

const EXIT_CODES: Record<ErrorKind, number> = {
  usage: 2,
  config: 2,
  budget: 3,
  refused: 4,
  infrastructure: 5,
};

/** Prints the error and sets the exit code. With `json` it goes to stdout as one object. */
export function fail(error: unknown, json: boolean): void {
  const known = describe(error);
  process.exitCode = known.code;
  if (json) {
    const details = error instanceof RatchetError ? error.details : {};
    printJson({ error: { ...details, kind: known.kind, message: known.message, hint: known.hint } });
    return;
  }
  process.stdout.write(clearStatus());
  process.stderr.write(`agent: ${clean(known.message)}\n`);
  if (known.hint !== undefined) process.stderr.write(`  ${clean(known.hint).replaceAll("\n", "\n  ")}\n`);
  if (known.kind === "bug" && error instanceof Error) process.stderr.write(`${clean(error.stack ?? "")}\n`);
}

function describe(error: unknown): { kind: string; message: string; hint: string | undefined; code: number } {
  if (error instanceof RatchetError) {
    return { kind: error.kind, message: error.message, hint: error.hint, code: EXIT_CODES[error.kind] };
  }
  if (error instanceof ModelError) {
    const config = error.wire.code === "authentication" || error.wire.code === "invalid_request";
    return {
      kind: `model: ${error.wire.code}`,
      message: error.message,
      hint: undefined,
      code: config ? 2 : 5,
    };
  }
  if (error instanceof NoSandbox) {
    const hint =
      "agent doctor   tells what is missing and how to get it;  --dangerously-without-sandbox   confines nothing at all";
    return { kind: "no sandbox", message: error.message, hint, code: EXIT_CODES.infrastructure };
  }
  if (error instanceof Error && error.name === "AbortError") {
    const message = error instanceof Stopped ? error.message : "stopped; what was done is saved";
    return { kind: "aborted", message, hint: undefined, code: 130 };
  }
  if (isSystemError(error)) {
    return {
      kind: "infrastructure",
      message: messageOf(error),
      hint: undefined,
      code: EXIT_CODES.infrastructure,
    };
  }
  return {
    kind: "bug",
    message: messageOf(error),
    hint: "This is a fault in Ratchet; please report it.",
    code: 5,
  };
}

/** A file, disk or network that does not do what it should. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}
