import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import type { SkillText } from "../../../runtime/kernel/protocol.ts";
import { bad, call, ok, play, reply, wireError, ScriptedKernel } from "../../helpers/scripted-kernel.ts";

const skill = (name: string, description: string, body = `Do ${name}.`): SkillText => ({
  name,
  description,
  body,
  dir: `/skills/${name}`,
});
const csv = skill("csv-total", "add up a column of a csv table");
const encoding = skill("to-utf8", "convert latin encoding of text to utf8");
const instruction = "add up the price column of the csv table sales.csv";

test("the skills that fit the instruction stand in the system text", async () => {
  const { kernel } = await play(run, { instruction, skills: [csv, encoding], replies: [reply("Done.")] });
  expect(kernel.loaded).toEqual(["csv-total"]);
  expect(kernel.requests[0]?.system).toContain(
    '<skill name="csv-total" dir="/skills/csv-total" description="add up a column of a csv table">\nDo csv-total.\n</skill>',
  );
});

test("byte order marks and carriage returns do not get through", async () => {
  const windows = { ...csv, body: "\uFEFF# Total\r\n\r\n1. Add.\r\n" };
  const { kernel } = await play(run, { instruction, skills: [windows], replies: [reply("Done.")] });
  expect(kernel.requests[0]?.system).toContain(">\n# Total\n\n1. Add.\n</skill>");
});

test("the order is stable: better first, then by name", async () => {
  const skills = [skill("b-csv", "csv table"), skill("a-csv", "csv table"), csv];
  const { kernel } = await play(run, { instruction, skills, replies: [reply("Done.")] });
  expect(kernel.loaded).toEqual(["csv-total", "a-csv", "b-csv"]);
});

test("what matches far worse than the best is left out, and the number is bounded", async () => {
  const many = Array.from({ length: 9 }, (_, i) => skill(`s${i}`, "add up the price column csv table sales"));
  const { kernel } = await play(run, {
    instruction,
    skills: [skill("z", "sales"), ...many],
    replies: [reply("Done.")],
  });
  expect(kernel.loaded).toEqual(["s0", "s1", "s2", "s3"]);
});

test("a skill that does not fit into the room is left out, a smaller one after it is not", async () => {
  const skills = [csv, skill("big", "csv table column", "x".repeat(50_000)), skill("small", "csv table")];
  const { kernel } = await play(run, { instruction, skills, replies: [reply("Done.")] });
  expect(kernel.requests[0]?.system).toContain('name="small"');
  expect(kernel.requests[0]?.system).not.toContain('name="big"');
  expect(kernel.notesOf("skill_left_out")).toMatchObject([{ name: "big" }]);
});

test("all skills together stay within the room", async () => {
  const skills = ["a", "b", "c"].map((name) => skill(name, "csv table", name.repeat(10_000)));
  const { kernel } = await play(run, { instruction, skills, replies: [reply("Done.")] });
  expect(kernel.requests[0]?.system?.match(/<skill name="\w"/g)).toEqual([
    '<skill name="a"',
    '<skill name="b"',
  ]);
});

test("the best skill is cut rather than left out", async () => {
  const long = { ...csv, body: `first\n${"x".repeat(100_000)}\nlast` };
  const { kernel } = await play(run, { instruction, skills: [long], replies: [reply("Done.")] });
  const system = kernel.requests[0]?.system ?? "";
  expect(system).toContain(">\nfirst\n");
  expect(system).toContain("\nlast\n</skill>");
  expect(system.length).toBeLessThan(26_000);
});

test("a library that does not answer is an empty one", async () => {
  const kernel = new ScriptedKernel({ instruction, replies: [reply("Done.")] });
  kernel.skills.search = async () => {
    throw wireError("internal", "the index is broken");
  };
  expect(await run(kernel)).toEqual({ status: "done", summary: "Done." });
  expect(kernel.notesOf("skills_unavailable")).toEqual([{ message: "Error: the index is broken" }]);
});

test("a blank instruction does not load the whole library", async () => {
  const { kernel } = await play(run, { instruction: " ", skills: [csv], replies: [reply("Done.")] });
  expect(kernel.searches).toEqual([]);
});

const wrongEncoding = () => bad("sales.csv: wrong encoding, latin text found");

test("an error brings up the skill that is about it, once", async () => {
  const { kernel } = await play(run, {
    instruction,
    skills: [csv, encoding],
    tools: { bash: wrongEncoding },
    replies: [reply(call("bash", { n: 1 })), reply(call("bash", { n: 2 })), reply("Done.")],
  });
  expect(kernel.loaded).toEqual(["csv-total", "to-utf8"]);
  expect(kernel.searches).toHaveLength(2);
  expect(kernel.requests[1]?.system).toBe(kernel.requests[0]?.system);
  expect(kernel.requests[1]?.messages.at(-1)?.content).toMatchObject([
    { type: "tool_result" },
    { type: "text", text: expect.stringContaining('<skill name="to-utf8"') },
  ]);
  expect(kernel.notesOf("skill_offered")).toMatchObject([{ name: "to-utf8" }]);
});

test("an error brings up nothing that only shares common words with it", async () => {
  const { kernel } = await play(run, {
    skills: [skill("tidy", "rename files when this file exit error failed")],
    tools: { bash: () => bad("error: file failed with exit code, cannot open this file") },
    replies: [reply(call("bash")), reply("Done.")],
  });
  expect(kernel.loaded).toEqual([]);
});

test("offers are bounded, and success brings up nothing", async () => {
  const topics = ["alpha beta", "gamma delta", "epsilon theta"];
  let n = 0;
  const { kernel } = await play(run, {
    skills: topics.map((words) => skill(words.replace(" ", "-"), words)),
    tools: { bash: () => bad(`${topics[n++]}`), read: () => ok("alpha beta") },
    replies: [reply(call("read")), ...topics.map((_, i) => reply(call("bash", { i }))), reply("Done.")],
  });
  expect(kernel.loaded).toEqual(["alpha-beta", "gamma-delta"]);
});

test("nothing is looked up for a run that was stopped", async () => {
  const { kernel } = await play(run, {
    instruction,
    tools: { bash: (_input, _call, kernel) => (kernel.abort(), wrongEncoding()) },
    replies: [reply(call("bash"))],
  });
  expect(kernel.searches).toEqual([instruction]);
});
