import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSkills, MAX_SKILL_BYTES } from "../../skills/load.ts";

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "skills-"));
  dir = join(root, "skills");
  await mkdir(dir);
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

test("reads skills in the order of their names and leaves other things alone", async () => {
  await put("b-two/SKILL.md", "---\nname: b-two\ndescription: Second.\n---\n\n# Two\n\ntext\n");
  await put("a-one/SKILL.md", "---\nname: a-one\ndescription: First.\nmetadata:\n  from: here\n---\nOne");
  await put("notes/README.md", "no skill");
  await put("load.ts", "");
  const { skills, problems } = await loadSkills(dir);
  expect(problems).toEqual([]);
  expect(skills).toEqual([
    {
      name: "a-one",
      description: "First.",
      body: "One",
      frontmatter: { name: "a-one", description: "First.", metadata: { from: "here" } },
      path: join(dir, "a-one/SKILL.md"),
      dir: join(dir, "a-one"),
    },
    expect.objectContaining({ name: "b-two", body: "# Two\n\ntext" }),
  ]);
});

test("tolerates a byte order mark and CRLF", async () => {
  await put(
    "a/SKILL.md",
    "\uFEFF---\r\nname: a\r\ndescription: Says: something.\r\n---\r\nx\r\ny\r\n".replace("Says: ", "Says "),
  );
  const { skills, problems } = await loadSkills(dir);
  expect(problems).toEqual([]);
  expect(skills[0]).toMatchObject({ description: "Says something.", body: "x\ny" });
});

test.each([
  ["no front matter", "# Title\n\nWhat it\ndoes.\n", "What it does.", "no front matter"],
  ["another name", "---\nname: other\ndescription: D\n---\nx", "D", "loaded as a"],
  ["no description", "---\nname: a\n---\n# T\n\nText.", "Text.", "no description"],
  [
    "a colon in the description",
    "---\nname: a\ndescription: Use when: asked\n---\nx",
    "Use when: asked",
    "line 3: ",
  ],
])("a skill with %s is reported, and loaded all the same", async (_, text, description, message) => {
  await put("a/SKILL.md", text);
  const { skills, problems } = await loadSkills(dir);
  expect(skills).toMatchObject([{ name: "a", description }]);
  expect(problems).toEqual([
    { path: join(dir, "a/SKILL.md"), message: expect.stringContaining(message), loaded: true },
  ]);
});

test.each([
  ["says nothing", "---\nname: a\n---\n", "says nothing"],
  ["is not UTF-8", Uint8Array.of(0x61, 0xff, 0xfe), "not UTF-8"],
  ["is too large", "x".repeat(MAX_SKILL_BYTES + 1), "bytes; at most"],
])("a skill that %s is reported and left out", async (_, text, message) => {
  await put("a/SKILL.md", text);
  const { skills, problems } = await loadSkills(dir);
  expect(skills).toEqual([]);
  expect(problems.at(-1)).toEqual({
    path: join(dir, "a/SKILL.md"),
    message: expect.stringContaining(message),
    loaded: false,
  });
});

test("links within the folder are followed, links out of it are refused", async () => {
  await put("real/SKILL.md", "---\nname: real\ndescription: D\n---\nx");
  await mkdir(join(root, "skills-outside"));
  await writeFile(join(root, "skills-outside", "SKILL.md"), "---\nname: evil\ndescription: D\n---\nx");
  await symlink(join(root, "skills-outside"), join(dir, "evil"));
  await put("half/x", "");
  await symlink(join(root, "skills-outside", "SKILL.md"), join(dir, "half", "SKILL.md"));
  await symlink("real", join(dir, "same"));
  const { skills, problems } = await loadSkills(dir);
  expect(skills.map(({ name }) => name)).toEqual(["real", "same"]);
  expect(problems.filter(({ loaded }) => !loaded).map(({ path }) => path)).toEqual([
    join(dir, "evil/SKILL.md"),
    join(dir, "half/SKILL.md"),
  ]);
});

test("a SKILL.md that is no regular file is refused, not waited for", async () => {
  await mkdir(join(dir, "pipe"));
  execFileSync("mkfifo", [join(dir, "pipe", "SKILL.md")]);
  await mkdir(join(dir, "folder", "SKILL.md"), { recursive: true });
  const { skills, problems } = await loadSkills(dir);
  expect(skills).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    "it is not a regular file",
    "it is not a regular file",
  ]);
});

test("a folder that is not there is a problem, not an empty list", async () => {
  const { skills, problems } = await loadSkills(join(root, "nowhere"));
  expect(skills).toEqual([]);
  expect(problems).toMatchObject([{ path: join(root, "nowhere"), loaded: false }]);
});
