/** Write a changelog from a real git history. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";
import type { Commit } from "../repository.ts";

export const changelogs: Family = (random) => [
  changelog(random("changelog-parser"), {
    name: "changelog-parser",
    heldOut: false,
    instruction:
      "Write the changelog for v2.4.0, that is everything since v2.3.0, to CHANGES-2.4.0.md. A heading `## v2.4.0`, then " +
      "new features under `### Added` and bug fixes under `### Fixed`, each a `- ` bullet in the order of the commits, " +
      "without the feat/fix prefix. No chores, docs or refactorings.",
    out: "CHANGES-2.4.0.md",
    tags: ["v2.2.0", "v2.3.0", "v2.4.0"],
  }),
  changelog(random("changelog-viewer"), {
    name: "changelog-viewer",
    heldOut: false,
    instruction:
      "We tagged a release. What changed between v0.9.1 and v0.10.0 according to git? Make release notes in NEWS.md: the " +
      "version as `## v0.10.0`, below it `### Added` for the features and `### Fixed` for the fixes, oldest commit " +
      "first, as a bullet list (`- `) of the bare subjects. Leave out all other commits.",
    out: "NEWS.md",
    tags: ["v0.9.0", "v0.9.1", "v0.10.0"],
  }),
  changelog(random("changelog-mailer"), {
    name: "changelog-mailer",
    heldOut: true,
    instruction:
      "Could you draft docs/notes-5.1.md from the git log? It should be the notes of v5.1.0 and cover the commits after " +
      "v5.0.2: title `## v5.1.0`, sections `### Added` (feat) and `### Fixed` (fix), one `- ` line per commit, " +
      "earliest on top, subject without its type. Nothing about ci, tests and the like.",
    out: "docs/notes-5.1.md",
    tags: ["v5.0.1", "v5.0.2", "v5.1.0"],
  }),
];

interface Release {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly out: string;
  /** Oldest first; the changelog is about what lies between the last two. */
  readonly tags: readonly [string, string, string];
}

function changelog(random: Random, { name, heldOut, instruction, out, tags }: Release): Chore {
  const subjects = new Set<string>();
  const batches = tags.map((tag) => {
    const batch = Array.from({ length: random.int(16, 24) }, () => newSubject(random, subjects));
    // Whatever was drawn, a release has both kinds.
    batch.push(
      { type: "feat", text: `export to ${tag} format` },
      { type: "fix", text: `startup without settings of ${tag}` },
    );
    return random.shuffle(batch);
  });
  const commits = batches.flatMap((batch, release) =>
    batch.map((change, at): Commit => {
      const scope = random.next() < 0.4 ? `(${random.pick(["core", "cli", "api"])})` : "";
      const files = {
        [`src/${random.pick(["main", "parse", "print", "store"])}.js`]: `// ${change.text}\n`,
        [VERSION]: `${tags[release]}-dev.${at}\n`,
      };
      const subject = `${change.type}${scope}: ${change.text}`;
      const tag = at === batch.length - 1 ? tags[release] : undefined;
      return tag === undefined ? { subject, files } : { subject, files, tag };
    }),
  );
  // Work after the tag, which belongs to the next release.
  commits.push({ subject: "feat: first steps towards the next version", files: { [VERSION]: "next\n" } });

  const released = batches[2] ?? [];
  const section = (type: string): string =>
    released
      .filter((change) => change.type === type)
      .map(({ text }) => `- ${text}\n`)
      .join("");
  return {
    name,
    heldOut,
    instruction,
    workspace: {
      "docs/README.md": "Notes on releases.\n",
      ...Object.assign({}, ...commits.map(({ files }) => files)),
    },
    history: [{ subject: "chore: begin", files: { "docs/README.md": "Notes on releases.\n" } }, ...commits],
    truth: {
      "changes.md": `## ${tags[2]}\n\n### Added\n\n${section("feat")}\n### Fixed\n\n${section("fix")}`,
    },
    checks: [{ file: out, equals: "changes.md" }],
  };
}

const VERSION = "VERSION";

interface Change {
  readonly type: string;
  readonly text: string;
}

function newSubject(random: Random, taken: Set<string>): Change {
  for (;;) {
    const type = random.pick([
      "feat",
      "feat",
      "fix",
      "fix",
      "fix",
      "chore",
      "docs",
      "refactor",
      "ci",
      "test",
    ]);
    const verb =
      type === "feat" ? random.pick(["add", "support", "accept"]) : random.pick(["handle", "keep", "check"]);
    const what = random.pick([
      "empty files",
      "nested lists",
      "long lines",
      "time zones",
      "dark mode",
      "wide tables",
    ]);
    const where = random.pick([
      "in previews",
      "on Windows",
      "for guests",
      "at start",
      "over slow links",
      "in reports",
    ]);
    const text = `${verb} ${what} ${where}`;
    if (taken.has(text)) continue;
    taken.add(text);
    return { type, text };
  }
}
