/** The process that `reader.ts` starts: holds the tasks, answers one question after the other, ends with the one that asks. */
import process from "node:process";
import { messageOf } from "../../runtime/kernel/error.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { findGaming } from "./find-gaming.ts";
import type { Question, Tasks, Told } from "./reader.ts";

let tasks: readonly TaskOnDisk[] | undefined;

process.on("disconnect", () => process.exit());
// A terminal sends its interrupt to all: whoever asked decides when this ends.
process.on("SIGINT", () => undefined);
process.on("message", (message: Tasks | Question) => {
  if (message.type === "tasks") tasks = message.tasks;
  else void answer(message).then((told) => process.send?.(told));
});

async function answer({ id, changes, known }: Question): Promise<Told> {
  try {
    if (tasks === undefined) throw new Error("there are no tasks to compare with");
    return { type: "found", id, findings: await findGaming({ tasks, changes, known }) };
  } catch (error) {
    return { type: "failed", id, message: messageOf(error) };
  }
}
