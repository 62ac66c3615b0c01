/** What a run that edits files spends its calls on: looking for the place, reading it, changing it, trying it (after TRAJEVAL). */
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

export const STAGES = ["search", "read", "edit", "other"] as const;
export type Stage = (typeof STAGES)[number];

/** Shares of the calls, each from 0 to 1, together 1. */
export type Stages = Readonly<Record<Stage, number>>;

/** Undefined when no call edited a file. */
export function stagesOf(events: readonly TrajectoryEvent[]): Stages | undefined {
  const calls = events
    .filter((event) => event.kind === "tool_called")
    .map(({ name, input }) => stageOf(name, input));
  if (!calls.includes("edit")) return undefined;
  const share = (stage: Stage): number => calls.filter((each) => each === stage).length / calls.length;
  return { search: share("search"), read: share("read"), edit: share("edit"), other: share("other") };
}

/** By the name of the tool; of a shell or an editor, by its command. */
export function stageOf(name: string, input: unknown): Stage {
  const command = commandIn(input);
  const tool = name.toLowerCase();
  if (/^(?:bash|shell|exec\w*|run\w*|terminal)$/.test(tool)) return ofShell(command);
  if (/edit\w*or|^text_?edit/.test(tool) && command !== "") return /^view\b/.test(command) ? "read" : "edit";
  if (/grep|glob|search|find|^ls$|list/.test(tool)) return "search";
  if (/write|edit|patch|replace|create_file/.test(tool)) return "edit";
  if (/read|view|open|cat/.test(tool)) return "read";
  return "other";
}

function ofShell(command: string): Stage {
  const line = command.replace(/^(?:cd\s+\S+\s*(?:&&|;)\s*)+/, "").trimStart();
  if (
    /\bsed\s+(?:-\w+\s+)*-i|\bapply_patch\b|\bgit apply\b|\bpatch\s+-p|\btee\s+[^-]|(?:^|[^0-9&>])>{1,2}\s*(?!\/dev\/null|&)[\w./~"'$]/.test(
      line,
    )
  )
    return "edit";
  if (/^(?:grep|egrep|rg|ag|find|fd|ls|tree|git\s+grep|locate)\b/.test(line)) return "search";
  if (/^(?:cat|head|tail|less|more|nl|sed\s+-n|awk|wc|git\s+(?:show|diff|log|blame))\b/.test(line))
    return "read";
  return "other";
}

function commandIn(input: unknown): string {
  if (typeof input !== "object" || input === null || !("command" in input)) return "";
  const { command } = input;
  return typeof command === "string" ? command : Array.isArray(command) ? command.map(String).join(" ") : "";
}
