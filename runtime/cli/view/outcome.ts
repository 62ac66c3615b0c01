/** Whether a run succeeded, in a word, with the strength of the evidence. */
import type { RunRow } from "../../kernel/store/store.ts";
import { dim, green, red, yellow } from "../output.ts";

export function outcomeMark({ outcome, status }: Pick<RunRow, "outcome" | "status">): string {
  switch (outcome.kind) {
    case "verified":
      return outcome.pass ? green("pass") : red("fail");
    case "feedback":
      return outcome.pass ? green("good") : yellow("bad");
    case "unknown":
      return dim(status === "open" ? "running" : "-");
    default:
      return outcome satisfies never;
  }
}
