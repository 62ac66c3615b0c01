import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RatchetError } from "../../../../runtime/kernel/error.ts";
import { materialize } from "../../../../runtime/kernel/genome.ts";
import { openHome } from "../../../../runtime/kernel/home/home.ts";
import { initHome } from "../../../../runtime/kernel/home/init.ts";

let dir: string;
/** A user of git with nothing configured. */
let user: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-init-")));
  user = join(dir, "user");
  mkdirSync(user);
  vi.stubEnv("HOME", user);
  vi.stubEnv("XDG_CONFIG_HOME", undefined);
  vi.stubEnv("EMAIL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

/** git as that user runs it. */
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: user },
    stdio: ["ignore", "pipe", "pipe"],
  });

async function expectGoodHome(home: string): Promise<void> {
  expect(git(home, "status", "--porcelain", "--ignored")).toBe("");
  expect(git(home, "symbolic-ref", "--short", "HEAD").trim()).toBe("main");
  expect(git(home, "for-each-ref", "--format=%(refname)").trim().split("\n")).toEqual([
    "refs/heads/main",
    "refs/heads/upstream",
  ]);
  const constitution = ["agent.yaml", "guardrails.yaml", "tasks"];
  const files = (branch: string): string[] => git(home, "ls-tree", "--name-only", branch).trim().split("\n");
  expect(files("main")).toEqual([".gitignore", ...constitution, "harness", "prompts", "skills"].toSorted());
  expect(files("upstream")).toEqual(["harness", "prompts", "skills"]);
  expect(git(home, "merge-base", "main", "upstream")).toBe(git(home, "rev-parse", "upstream"));
  const { config, state } = await openHome(home);
  const sha = git(home, "rev-parse", "main").trim();
  const genome = await materialize({ repo: home, sha, paths: config.genome, into: join(state, "releases") });
  expect(genome.compiled.kind).toBe("ready");
  expect(git(home, "status", "--porcelain")).toBe("");
}

describe("makes a home", () => {
  test.each(["default", "naive"] as const)(
    "of the %s genome, in a folder that is not there yet",
    async (template) => {
      const home = await initHome(join(dir, "deep", "er", "home"), template);
      expect(home).toBe(join(dir, "deep", "er", "home"));
      await expectGoodHome(home);
      expect(readdirSync(join(home, "skills")).length).toBeGreaterThan(2);
      expect(
        readdirSync(join(home, "skills")).every((skill) =>
          existsSync(join(home, "skills", skill, "SKILL.md")),
        ),
      ).toBe(true);
    },
  );

  test("in an empty folder, and through a link to one", async () => {
    mkdirSync(join(dir, "empty"));
    symlinkSync(join(dir, "empty"), join(dir, "link"));
    await expectGoodHome(await initHome(join(dir, "link"), "naive"));
    expect(existsSync(join(dir, "empty", "agent.yaml"))).toBe(true);
  });

  test.each([
    "Zürich 😀 my agent",
    'quo"te \\ $HOME `x`',
    "- dash: #",
    "new\nline",
    "-rf",
    "x" + "😀".repeat(40),
    "yes",
  ])("named %j", async (name) => {
    const home = await initHome(join(dir, name), "naive");
    expect(git(home, "status", "--porcelain")).toBe("");
    const { config } = await openHome(home);
    expect(name.startsWith(config.name)).toBe(true);
    expect(config.name.length).toBeGreaterThanOrEqual(Math.min(name.length, 63));
  });

  test("inside another repository, which does not change", async () => {
    git(dir, "init", "-q", "-b", "outer");
    writeFileSync(join(dir, ".gitignore"), "prompts\n*.ts\n");
    const before =
      git(dir, "status", "--porcelain", "--", ".gitignore") + readFileSync(join(dir, ".git", "HEAD"), "utf8");
    await expectGoodHome(await initHome(join(dir, "inner"), "naive"));
    expect(
      git(dir, "status", "--porcelain", "--", ".gitignore") + readFileSync(join(dir, ".git", "HEAD"), "utf8"),
    ).toBe(before);
  });
});

describe("whatever the user's git is like", () => {
  test("hostile variables of a hook that runs us", async () => {
    const other = join(dir, "other");
    mkdirSync(other);
    git(other, "init", "-q");
    for (const [name, value] of Object.entries({
      GIT_DIR: join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, ".git", "index"),
      GIT_OBJECT_DIRECTORY: join(other, ".git", "objects"),
      GIT_CEILING_DIRECTORIES: "/",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.bare",
      GIT_CONFIG_VALUE_0: "true",
      GIT_TEMPLATE_DIR: join(dir, "nowhere"),
      GIT_EDITOR: "false",
    })) {
      vi.stubEnv(name, value);
    }
    await expectGoodHome(await initHome(join(dir, "home"), "naive"));
    expect(readdirSync(other)).toEqual([".git"]);
    expect(existsSync(join(other, ".git", "index"))).toBe(false);
  });

  test("signing, hooks from a template, line ends, attributes, ignored files, another first branch", async () => {
    const template = join(dir, "template");
    mkdirSync(join(template, "hooks"), { recursive: true });
    for (const hook of [
      "pre-commit",
      "commit-msg",
      "post-commit",
      "post-checkout",
      "reference-transaction",
    ]) {
      writeFileSync(join(template, "hooks", hook), `#!/bin/sh\necho ${hook} >>"${dir}/hooks-ran"\nexit 1\n`, {
        mode: 0o755,
      });
    }
    writeFileSync(join(user, "ignore"), "*.md\nskills/\nagent.yaml\n");
    writeFileSync(join(user, "attributes"), "* text=auto eol=crlf\n");
    writeFileSync(
      join(user, ".gitconfig"),
      `[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n[init]\n\ttemplateDir = ${template}\n\tdefaultBranch = trunk\n` +
        `[core]\n\tautocrlf = true\n\tsafecrlf = true\n\texcludesFile = ${join(user, "ignore")}\n\tattributesFile = ${join(user, "attributes")}\n`,
    );
    const home = await initHome(join(dir, "home"), "naive");
    await expectGoodHome(home);
    expect(git(home, "ls-tree", "-r", "--name-only", "main")).toMatch(/^prompts\/system\.md$/m);
    expect(git(home, "show", "main:prompts/system.md")).not.toContain("\r");
    expect(git(home, "log", "--format=%an <%ae> %G?", "main").trim().split("\n")).toEqual(
      Array(2).fill("Ratchet <ratchet@localhost> N"),
    );
    expect(existsSync(join(dir, "hooks-ran"))).toBe(false);
  });
});

describe("touches nothing that is there", () => {
  const refused = async (path: string, message: string): Promise<void> => {
    const error = await initHome(path, "naive").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RatchetError);
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining(message) });
  };

  test("a folder with files", async () => {
    mkdirSync(join(dir, "full"));
    writeFileSync(join(dir, "full", "note.txt"), "mine");
    await refused(join(dir, "full"), "is not empty");
    expect(readdirSync(join(dir, "full"))).toEqual(["note.txt"]);
  });

  test("a home", async () => {
    const home = await initHome(join(dir, "home"), "naive");
    const before = git(home, "rev-parse", "HEAD");
    await refused(home, "is a home already");
    expect(git(home, "rev-parse", "HEAD")).toBe(before);
  });

  test("a file, and a folder below a file", async () => {
    writeFileSync(join(dir, "file"), "mine");
    await refused(join(dir, "file"), "is not a folder");
    await refused(join(dir, "file", "below"), "cannot be made");
    expect(readFileSync(join(dir, "file"), "utf8")).toBe("mine");
  });

  test("and leaves nothing behind when git is missing", async () => {
    mkdirSync(join(dir, "there"));
    vi.stubEnv("PATH", join(dir, "nowhere"));
    await expect(initHome(join(dir, "there"), "naive")).rejects.toThrow(RatchetError);
    await expect(initHome(join(dir, "new", "home"), "naive")).rejects.toThrow(RatchetError);
    expect(readdirSync(join(dir, "there"))).toEqual([]);
    expect(readdirSync(dir).toSorted()).toEqual(["there", "user"]);
  });
});
