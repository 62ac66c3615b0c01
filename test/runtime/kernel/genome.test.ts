import { execFile } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { materialize, partOf, readGenome, UnsafeGenome } from "../../../runtime/kernel/genome.ts";
import { GENOME, makeHome, PATHS } from "../../helpers/home.ts";

const releases = (repo: string) => join(repo, ".agent", "releases");

test("writes the commit's genome, not the dirty tree's, read-only and with modes kept", async () => {
  await using home = makeHome();
  const sha = home.git("rev-parse", "HEAD").trim();
  home.write("harness/main.ts", "dirty");
  home.write("prompts/new.md", "untracked");
  const genome = await materialize({
    repo: home.repo,
    sha: sha.slice(0, 10),
    paths: PATHS,
    into: releases(home.repo),
  });
  expect(genome.sha).toBe(sha);
  expect(genome.dir).toBe(join(releases(home.repo), sha));
  expect(readFileSync(join(genome.harness, "main.ts"), "utf8")).toBe(GENOME["harness/main.ts"]);
  expect(readdirSync(genome.prompts)).toEqual(["system.md"]);
  expect(existsSync(join(genome.dir, "agent.yaml"))).toBe(false);
  expect(statSync(join(genome.harness, "main.ts")).mode & 0o777).toBe(0o444);
  expect(statSync(join(genome.skills, "sum/scripts/sum.mjs")).mode & 0o777).toBe(0o555);
});

test("the harness is stripped with lines and columns kept, and runs", async () => {
  await using home = makeHome();
  const genome = await materialize({ repo: home.repo, sha: "HEAD", paths: PATHS, into: releases(home.repo) });
  if (genome.compiled.kind !== "ready") throw new Error(genome.compiled.message);
  const main = readFileSync(join(genome.compiled.dir, "main.ts"), "utf8");
  expect(main).not.toContain(": number");
  expect(main.split("\n").map((line) => line.length)).toEqual(
    (GENOME["harness/main.ts"] ?? "").split("\n").map((line) => line.length),
  );
  const script = `import { run } from ${JSON.stringify(join(genome.compiled.dir, "main.ts"))}; console.log(run());`;
  const { stdout } = await promisify(execFile)("node", [
    "--no-warnings",
    "--input-type=module",
    "-e",
    script,
  ]);
  expect(stdout.trim()).toBe("1");
});

test.each([
  ["export const a = 1;\n\nexport function f( {\n", 3],
  ["export const a = 1;\nenum Color { Red }\n", 2],
])(
  "a harness that does not parse is reported with its line, and its sources stay: %j",
  async (source, line) => {
    await using home = makeHome({ ...GENOME, "harness/loop.ts": source });
    for (const _ of ["written", "found again"]) {
      const genome = await materialize({
        repo: home.repo,
        sha: "HEAD",
        paths: PATHS,
        into: releases(home.repo),
      });
      expect(genome.compiled).toMatchObject({ kind: "broken", file: "loop.ts", line });
      expect(readFileSync(join(genome.harness, "loop.ts"), "utf8")).toBe(source);
    }
  },
);

test("paths may be mapped; the layout on disk is the same", async () => {
  const mapped = { harness: "runtime/genome/harness", prompts: "runtime/genome/prompts", skills: "skills" };
  await using home = makeHome({
    "runtime/genome/harness/main.ts": "export const run = 1;\n",
    "runtime/genome/harness/lib/notes.md": "no part of it",
    "runtime/genome/harness/notes.txt": "no part of it",
    "runtime/genome/prompts/system.md": "Hello.\n",
    "skills/a/SKILL.md": "a\n",
    "skills/a/data.bin": "x",
    "harness/other.ts": "not ours",
  });
  const genome = await materialize({
    repo: home.repo,
    sha: "HEAD",
    paths: mapped,
    into: releases(home.repo),
  });
  const found = readdirSync(genome.dir, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(genome.dir, path)).isFile())
    .toSorted();
  expect(found).toEqual([
    "genome.json",
    "harness-js/main.ts",
    "harness/main.ts",
    "prompts/system.md",
    "skills/a/SKILL.md",
    "skills/a/data.bin",
  ]);
  const texts = await readGenome(home.repo, "HEAD", mapped);
  expect([...texts.keys()].toSorted()).toEqual([
    "runtime/genome/harness/main.ts",
    "runtime/genome/prompts/system.md",
    "skills/a/SKILL.md",
  ]);
});

test.each([
  ["a file", "skills/sum/secrets"],
  ["a whole part", "prompts"],
])("a symbolic link in the genome is refused: %s", async (_, path) => {
  await using home = makeHome();
  rmSync(join(home.repo, path), { recursive: true, force: true });
  symlinkSync("/etc", join(home.repo, path));
  home.commit("link");
  const refused = materialize({ repo: home.repo, sha: "HEAD", paths: PATHS, into: releases(home.repo) });
  await expect(refused).rejects.toThrow(UnsafeGenome);
  await expect(readGenome(home.repo, "HEAD", PATHS)).rejects.toMatchObject({ path });
  expect(existsSync(releases(home.repo)) ? readdirSync(releases(home.repo)) : []).toEqual([]);
});

test.each(["harness/lib/deep.ts", "harness/types.d.ts", "prompts/sub/more.md", "prompts/.hidden.md"])(
  "%s, which evolution could not write, is refused, not left out",
  async (path) => {
    await using home = makeHome({ ...GENOME, [path]: "" });
    await expect(readGenome(home.repo, "HEAD", PATHS)).rejects.toMatchObject({
      kind: "refused",
      path,
      message: expect.stringMatching(/ is not (?:harness\/NAME\.ts|prompts\/NAME\.md)$/),
    });
  },
);

test("a submodule in the genome is refused", async () => {
  await using home = makeHome();
  home.git(
    "update-index",
    "--add",
    "--cacheinfo",
    `160000,${home.git("rev-parse", "HEAD").trim()},skills/sub`,
  );
  home.git("commit", "-q", "-m", "sub");
  await expect(readGenome(home.repo, "HEAD", PATHS)).rejects.toMatchObject({ path: "skills/sub" });
});

test("a commit without a harness, and one that does not exist, are errors that name it", async () => {
  await using home = makeHome({ "prompts/system.md": "x" });
  await expect(readGenome(home.repo, "HEAD", PATHS)).rejects.toThrow(/has no harness\/\*\.ts/);
  await expect(readGenome(home.repo, "deadbeef", PATHS)).rejects.toThrow(/no commit deadbeef/);
});

test("many at once write it once, and nothing is left over", async () => {
  await using home = makeHome();
  const job = { repo: home.repo, sha: "HEAD", paths: PATHS, into: releases(home.repo) };
  const module = new URL("../../../runtime/kernel/genome.ts", import.meta.url).pathname;
  const script = `import { materialize } from ${JSON.stringify(module)}; console.log((await materialize(${JSON.stringify(job)})).dir);`;
  const other = promisify(execFile)("node", ["--no-warnings", "--input-type=module", "-e", script]);
  const dirs = (await Promise.all([1, 2, 3].map(() => materialize(job)))).map((genome) => genome.dir);
  dirs.push((await other).stdout.trim());
  expect(new Set(dirs).size).toBe(1);
  expect(readdirSync(releases(home.repo))).toEqual([home.git("rev-parse", "HEAD").trim()]);
});

test("a release that lost a file is written again; one that is whole is left as it is", async () => {
  await using home = makeHome();
  const job = { repo: home.repo, sha: "HEAD", paths: PATHS, into: releases(home.repo) };
  const genome = await materialize(job);
  const written = statSync(join(genome.dir, "genome.json")).ino;
  await materialize(job);
  expect(statSync(join(genome.dir, "genome.json")).ino).toBe(written);

  chmodSync(join(genome.harness, "loop.ts"), 0o644);
  writeFileSync(join(genome.harness, "loop.ts"), "");
  await materialize(job);
  expect(readFileSync(join(genome.harness, "loop.ts"), "utf8")).toBe(GENOME["harness/loop.ts"]);

  rmSync(join(genome.dir, "genome.json"), { force: true });
  await materialize(job);
  expect(existsSync(join(genome.dir, "genome.json"))).toBe(true);
  expect(readdirSync(releases(home.repo))).toEqual([genome.sha]);
});

test("only plain paths below a part belong to the genome", () => {
  const parts = ["harness/a.ts", "prompts/a.md", "skills/a/SKILL.md", "skills/a/scripts/b.mjs"].map((path) =>
    partOf(path, PATHS),
  );
  expect(parts).toEqual(["harness", "prompts", "skills", "skills"]);
  const outside = [
    "harness/../agent.yaml",
    "harness/a.json",
    "harness",
    "harnessed/a.ts",
    "/harness/a.ts",
    "harness/lib/a.ts",
    "skills/.git/config",
    "skills//a",
    "skills/a\\b",
    "agent.yaml",
    "",
  ];
  expect(outside.filter((path) => partOf(path, PATHS) !== undefined)).toEqual([]);
});
