/** Each source of the distiller alone, in whole cycles with real runs of the procedure model. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CycleReport } from "../../../evolver/cycle/cycle.ts";
import { readCorrections } from "../../../evolver/knowledge/corrections.ts";
import { readHistory } from "../../../evolver/knowledge/history.ts";
import { distiller } from "../../../evolver/propose/distill/index.ts";
import { releaseGenome } from "../../../replay/release/genome.ts";
import type { Genome } from "../../../runtime/kernel/genome.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { packageFile } from "../../../runtime/kernel/package.ts";
import { makeRuntime, type Files, type Kit } from "../../helpers/runtime.ts";
import { cycleOf } from "../cycle/support.ts";

const kits = new AsyncDisposableStack();
afterAll(() => kits.disposeAsync());

describe("distillation alone repairs", () => {
  test("a skill that lacks a step which passing runs took", async () => {
    const kit = await shipped({
      "archive-log/SKILL.md": archive("log", ["mkdir -p {{folder}}", "cp {{file}} {{folder}}/"]),
      "archive-note/SKILL.md": archive("note", ["cp {{file}} {{folder}}/"]),
    });
    const report = await cycleOf(kit, {
      tasks: await Promise.all([
        filed(kit, "log", "one"),
        filed(kit, "log", "two"),
        filed(kit, "note", "three"),
        filed(kit, "note", "four"),
      ]),
      proposers: [distiller()],
    });
    expect(report.before).toEqual({ passed: 2, total: 4 });
    expect(report.after).toEqual({ passed: 4, total: 4 });
    const [accepted] = acceptedOf(report);
    expect(accepted).toMatchObject({ source: "distill:contrast", rung: "skill" });
    expect(accepted?.edits[0]?.after).toContain("mkdir -p {{folder}}");
    expect(accepted?.edits[0]?.after).toContain('learned-count: "2"');
  });

  test("a skill whose sister skill knows how to get over an error", async () => {
    const lesson =
      "When you see `error: <file> is locked by <owner>`, run `rm <file>.lock`, then repeat the step.";
    const kit = await shipped({
      "show-log/SKILL.md": reader("show", "log", `\n## When things go wrong\n\n${lesson}\n`),
      "print-note/SKILL.md": reader("print", "note", ""),
    });
    const report = await cycleOf(kit, {
      tasks: await Promise.all(
        ["Show the log", "Print the note", "Print the note"].map((what, at) => locked(kit, what, `n${at}`)),
      ),
      proposers: [distiller()],
    });
    expect(report.after).toEqual({ passed: 3, total: 3 });
    expect(acceptedOf(report)).toMatchObject([{ source: "distill:recovery" }]);
  });

  test("a skill that a person corrected", async () => {
    const kit = await shipped({ "join-names/SKILL.md": JOIN });
    const workspace = kit.folder({ "a.txt": "x\ny\n" });
    const run = await kit.run({ instruction: "Join the names in a.txt", workspace });
    const next = await kit.run({ instruction: "No, use semicolons", workspace });
    const why = "Use semicolons instead of commas.";
    await kit.runtime.store.append(next.id, [{ kind: "feedback_given", verdict: "bad", why }]);
    const found = await readCorrections(kit.runtime.store);
    expect(found).toMatchObject([
      { run: next.id, words: why, kind: "feedback" },
      { run: run.id, words: "No, use semicolons", kind: "next-instruction" },
    ]);
    expect(found[1]?.skills).toContain("join-names");
    const report = await cycleOf(kit, {
      tasks: await Promise.all(["p\nq\n", "r\ns\nt\n"].map((names, at) => joined(kit, names, `j${at}`))),
      proposers: [distiller()],
    });
    expect(report.after).toEqual({ passed: 2, total: 2 });
    const accepted = acceptedOf(report);
    expect(accepted).toMatchObject([
      { source: "distill:correction", title: "Use `;` instead of `,` in join-names" },
    ]);
    expect(accepted[0]?.edits[0]?.after).toContain(`learned-from: "${run.id}"`);
  });

  test("a skill that has the line which a person changed in another one", async () => {
    const kit = await shipped({});
    const first = await committed(kit, "Two skills that cut", {
      "skills/cut-log/SKILL.md": cutter("log", "head -n 2 {{file}} > {{out}} && wc -l {{out}}"),
      "skills/cut-note/SKILL.md": cutter("note", "head -n 2 {{source}} > {{out}} && wc -l {{out}}", "source"),
    });
    const tasks = await Promise.all(["log", "note", "note"].map((kind, at) => cut(kit, kind, `c${at}`)));
    const [log] = tasks;
    if (log === undefined) throw new Error("there is no task");
    const live = { instruction: log.task.instruction, task: log, purpose: "live" } as const;
    await kit.run({ ...live, genome: first, workspace: kit.folder(texts(log)) });
    const second = await committed(kit, "Keep three lines", {
      "skills/cut-log/SKILL.md": cutter("log", "head -n 3 {{file}} > {{out}} && wc -l {{out}}"),
    });
    const after = await kit.run({ ...live, genome: second, workspace: kit.folder(texts(log)) });
    expect(after.verification?.verdict).toBe("pass");

    const { home, store } = kit.runtime;
    const options = { repo: home.dir, paths: home.config.genome, store, release: second.sha };
    const [fix] = await readHistory(options);
    expect(fix).toMatchObject({ subject: "Keep three lines", ended: [{ kind: "wrong-result" }] });

    const report = await cycleOf(
      { runtime: kit.runtime, genome: second },
      { tasks, proposers: [distiller()] },
    );
    expect(report.before).toEqual({ passed: 1, total: 3 });
    expect(report.after).toEqual({ passed: 3, total: 3 });
    const [accepted] = acceptedOf(report);
    expect(accepted).toMatchObject({
      source: "distill:history",
      title: 'Do again what "Keep three lines" did',
    });
    expect(accepted?.edits[0]?.after).toContain("head -n 3 {{source}} > {{out}}");
  });
});

async function shipped(skills: Files): Promise<Kit> {
  const folder = packageFile("runtime/genome/harness");
  const harness = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  return kits.use(await makeRuntime({ harness, skills }));
}

function acceptedOf(report: CycleReport): CycleReport["candidates"][number]["candidate"]["proposal"][] {
  return report.candidates.flatMap(({ candidate }) =>
    candidate.verdict === "accept" ? [candidate.proposal] : [],
  );
}

function skill(name: string, about: string, inputs: readonly string[], commands: readonly string[]): string {
  const steps = commands.map(
    (command, at) => `${at + 1}. Do it.\n\n   \`\`\`bash\n   ${command}\n   \`\`\`\n`,
  );
  return `---\nname: ${name}\ndescription: ${about}\n---\n\n# ${about}\n\n## Inputs\n\n${inputs.map((line) => `- ${line}\n`).join("")}\n## Steps\n\n${steps.join("\n")}\n## Answer\n\nDone.\n`;
}

function archive(kind: string, commands: readonly string[]): string {
  const inputs = [`\`file\`: \`(\\S+\\.${kind})\``, "`folder`: `into (\\S+\\w)`"];
  return skill(`archive-${kind}`, `Archive a ${kind}.`, inputs, commands);
}

function filed(kit: Kit, kind: string, name: string): Promise<TaskOnDisk> {
  return kit.task(
    `instruction: Archive the ${kind} ${name}.${kind} into old/${name}\nverify:\n  - { file: old/${name}/${name}.${kind}, equals: it.txt }`,
    { [`workspace/${name}.${kind}`]: `${name}\n`, "verify/it.txt": `${name}\n` },
  );
}

function reader(verb: string, kind: string, more: string): string {
  const command =
    "if test -e {{file}}.lock; then echo error: {{file}} is locked by $(cat {{file}}.lock) >&2; exit 1; fi; cp {{file}} read.txt && echo read";
  return `${skill(`${verb}-${kind}`, `${verb} a ${kind}.`, [`\`file\`: \`(\\S+\\.${kind})\``], [command])}${more}`;
}

function locked(kit: Kit, what: string, name: string): Promise<TaskOnDisk> {
  const kind = what.split(" ").at(-1) ?? "";
  return kit.task(`instruction: ${what} ${name}.${kind}\nverify:\n  - { file: read.txt, equals: it.txt }`, {
    [`workspace/${name}.${kind}`]: `${name}\n`,
    [`workspace/${name}.${kind}.lock`]: `owner-${name}\n`,
    "verify/it.txt": `${name}\n`,
  });
}

const JOIN = skill(
  "join-names",
  "Join names on one line.",
  ["`file`: the names, `(\\S+\\.txt)`", "`mark` (default `,`): what stands between, `marked (\\S)`"],
  ["paste -sd {{mark}} {{file}} > joined && cat joined"],
);

function joined(kit: Kit, names: string, name: string): Promise<TaskOnDisk> {
  return kit.task(
    `instruction: Join the names in ${name}.txt\nverify:\n  - { file: joined, equals: it.txt }`,
    {
      [`workspace/${name}.txt`]: names,
      "verify/it.txt": `${names.trim().split("\n").join(";")}\n`,
    },
  );
}

function cutter(kind: string, command: string, input = "file"): string {
  const inputs = [`\`${input}\`: \`(\\S+\\.${kind})\``, "`out` (default `short.txt`): `into (\\S+)`"];
  return skill(`cut-${kind}`, `Cut a ${kind}.`, inputs, [command]);
}

const LINES = "a\nb\nc\nd\ne\n";

function cut(kit: Kit, kind: string, name: string): Promise<TaskOnDisk> {
  return kit.task(
    `instruction: Cut the ${kind} ${name}.${kind}\nverify:\n  - { file: short.txt, equals: it.txt }`,
    { [`workspace/${name}.${kind}`]: LINES, "verify/it.txt": "a\nb\nc\n" },
  );
}

/** What a run of the task finds in its workspace. */
function texts({ dir }: TaskOnDisk): Files {
  const folder = join(dir, "workspace");
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

/** As a person commits: on the branch, under their own name. */
async function committed({ runtime }: Kit, subject: string, files: Files): Promise<Genome> {
  const { dir } = runtime.home;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const as = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  const git = (...args: string[]): string =>
    execFileSync("git", [...as, ...args], { cwd: dir, encoding: "utf8" }).trim();
  git("add", "-A");
  git("commit", "--quiet", "-m", subject);
  return releaseGenome(runtime.home, git("rev-parse", "HEAD"));
}
