/** The harness with the offline model that ships: the two have to get along without any script. */
import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { createProcedureModel } from "../../../runtime/kernel/model/procedure/model.ts";
import { bad, ok, play, type Script } from "../../helpers/scripted-kernel.ts";

const body = `
# Counting

## Inputs

- \`folder\`: where, \`(\\w+)/\`

## Steps

1. List.

   \`\`\`bash
   ls {{folder}}
   \`\`\`

   For each \`file\` in \`^(\\S+\\.txt)$\` do steps 2 to 2.

2. Count one.

   \`\`\`bash
   wc {{file}}
   \`\`\`

## Answer

Counted {{folder}}.
`;
const skill = {
  name: "count",
  description: "count the words of all notes in a folder",
  body,
  dir: "/skills/count",
};
const instruction = "Count the words of the notes in box/";
const files = Array.from({ length: 20 }, (_, i) => `note${i}.txt`);

/** Commands by what they are to print; everything else prints nothing. */
function shell(outputs: Record<string, string>): NonNullable<Script["tools"]>[string] {
  return (input) => ok(outputs[commandOf(input)] ?? "", { exit_code: 0 });
}

function commandOf(input: unknown): string {
  return typeof input === "object" && input !== null && "command" in input ? String(input.command) : "";
}

function offline(script: Omit<Script, "replies">, contextTokens = 32_000) {
  const model = createProcedureModel({ contextTokens });
  const create: Script["replies"] = (request) =>
    model
      .create(request, new AbortController().signal)
      .catch((error: { wire?: object } & Error) => Object.assign(error, error.wire));
  const limits = { context_tokens: contextTokens, output_tokens: 1_000, ...script.limits };
  return play(run, { instruction, skills: [skill], ...script, limits, replies: create });
}

test("a procedure is followed to its end, silent commands included", async () => {
  const { finish, kernel } = await offline({ tools: { bash: shell({ "ls box": "a.txt\nb.txt\n" }) } });
  expect(finish).toEqual({ status: "done", summary: "Counted box." });
  expect(kernel.calls.map((made) => commandOf(made.input))).toEqual(["ls box", "wc a.txt", "wc b.txt"]);
});

test("a long procedure survives compaction without a step lost or done twice", async () => {
  const long = Object.fromEntries(files.map((file) => [`wc ${file}`, `${file}\n${"x".repeat(3_000)}`]));
  const { finish, kernel } = await offline(
    { tools: { bash: shell({ "ls box": files.join("\n"), ...long }) }, limits: { steps: 60 } },
    8_000,
  );
  expect(finish).toEqual({ status: "done", summary: "Counted box." });
  expect(kernel.notesOf("compaction").length).toBeGreaterThan(1);
  expect(kernel.calls.map((made) => commandOf(made.input))).toEqual([
    "ls box",
    ...files.map((file) => `wc ${file}`),
  ]);
});

test("a lesson for an error is obeyed", async () => {
  let mounted = false;
  const { finish } = await offline({
    prompts: {
      lessons: "# Lessons\n\nWhen you see `<dir> is not mounted`, run `mount <dir>`, then repeat the step.",
    },
    tools: {
      bash: (input) => {
        mounted ||= commandOf(input) === "mount box";
        return mounted ? ok("a.txt") : bad("box is not mounted", { exit_code: 2 });
      },
    },
  });
  expect(finish).toEqual({ status: "done", summary: "Counted box." });
});

test("a tool that is spelt differently is found", async () => {
  const { finish } = await offline({ tools: { Bash: shell({ "ls box": "a.txt" }) } });
  expect(finish.status).toBe("done");
});

test("where no skill matches, the run says that it gave up", async () => {
  const { finish } = await offline({ skills: [], tools: { bash: shell({}) } });
  expect(finish.status).toBe("gave_up");
});

test("an error that nothing is known about ends as given up, with the error", async () => {
  const { finish } = await offline({ tools: { bash: () => bad("the disk is on fire") } });
  expect(finish).toMatchObject({
    status: "gave_up",
    summary: expect.stringContaining("the disk is on fire"),
  });
});
