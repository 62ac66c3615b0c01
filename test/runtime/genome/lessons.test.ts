import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import {
  bad,
  call,
  lastSeen,
  play,
  reply,
  ScriptedKernel,
  wireError,
} from "../../helpers/scripted-kernel.ts";

const lesson = (n: number): string => `When you see \`fault ${n}\`, run \`mend ${n}\`, then repeat the step.`;
const MANY = Array.from({ length: 600 }, (_, n) => lesson(n));
const prompts = { system: "{{lessons}}", lessons: `# Lessons\n\n${MANY.join("\n\n")}\n` };

test("few lessons are all told, and none is searched for", async () => {
  const few = { system: "{{lessons}}", lessons: `# Lessons\n\n${lesson(1)}\n` };
  const { kernel } = await play(run, {
    prompts: few,
    lessons: [lesson(2)],
    tools: { bash: () => bad("fault 2") },
    replies: [reply(call("bash")), reply("Done.")],
  });
  expect(kernel.requests[0]?.system).toBe(`# Lessons\n\n${lesson(1)}`);
  expect(JSON.stringify(kernel.requests)).not.toContain("mend 2");
});

test("of many those that fit the task are told, and those about an error when it shows, each once", async () => {
  const { kernel } = await play(run, {
    instruction: "Mend fault 7",
    prompts,
    lessons: [lesson(7), lesson(3)],
    limits: { context_tokens: 2_000 },
    tools: { bash: () => bad("fault 3") },
    replies: [
      (request, scripted) => {
        scripted.lessons.search = async () => [
          { text: lesson(3), score: 2 },
          { text: lesson(9), score: 1 },
        ];
        expect(request.system).toBe(`${lesson(7)}\n\n${lesson(3)}`);
        return reply(call("bash"));
      },
      reply(call("bash")),
      reply("Done."),
    ],
  });
  expect(kernel.searches).toContain("Mend fault 7");
  const last = JSON.stringify(kernel.requests.at(-1)?.messages);
  expect(last.split("mend 9")).toHaveLength(2);
  expect(last).not.toContain("mend 3");
  expect(lastSeen(kernel.requests[1])).not.toBe("");
});

test("what is told stays within the room", async () => {
  const { kernel } = await play(run, {
    prompts,
    lessons: MANY,
    limits: { context_tokens: 2_000 },
    replies: [reply("Done.")],
  });
  const system = kernel.requests[0]?.system ?? "";
  expect(system.length).toBeLessThanOrEqual(800);
  expect(system.length).toBeGreaterThan(600);
});

test("a library that does not answer has no lessons", async () => {
  const kernel = new ScriptedKernel({ prompts, replies: [reply("Done.")] });
  kernel.lessons.search = async () => {
    throw wireError("internal", "the index is broken");
  };
  const finish = await run(kernel);
  expect(finish.status).toBe("done");
  expect(kernel.notesOf("lessons_unavailable")).toHaveLength(1);
});
