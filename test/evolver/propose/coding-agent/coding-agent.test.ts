/** Programs that edit files as proposers: honest ones, and ones that try what they must not. In every tier that confines. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Proposal } from "../../../../evolver/candidate.ts";
import {
  codingAgent,
  type CodingAgentConfig,
  type CodingAgentOptions,
} from "../../../../evolver/propose/coding-agent/index.ts";
import { messageOf } from "../../../../runtime/kernel/error.ts";
import { childrenOf } from "../../../../guardrails/sandbox/tree.ts";
import { makeHome } from "../../../helpers/home.ts";
import { question, tiers, unconfined } from "../../process/support.ts";

const [best] = tiers;
if (best === undefined) throw new Error("no sandbox works here");
const { sandbox } = best;
const none = await unconfined();

test("a program that the sandbox does not see is not started, and what to do is said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ratchet-cli-"));
  const program = join(folder, "mend.sh");
  writeFileSync(program, "#!/bin/sh\necho Title: Never >&2; exit 3\n", { mode: 0o755 });
  const started = (show: string[]): Promise<unknown> =>
    codingAgent({
      config: { command: [program], minutes: 0.5, show, network: false, usd: 0, env: [] },
      sandbox,
      home: import.meta.dirname,
      env: {},
    })
      .propose(question())
      .catch(messageOf);
  try {
    expect(await started([])).toMatch(
      /mend\.sh: it was not started: the sandbox does not see it, .*add the folder that it is in to evolution\.coding_agent\.show/,
    );
    expect(await started([folder])).toBe(`${program}: exit code 3: Title: Never`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("of a program that fails, what it said on stderr is told first", async () => {
  expect(messageOf(await attempt("echo no such key >&2; echo bye; exit 4"))).toContain(": no such key");
});

interface Attempt extends Partial<Omit<CodingAgentOptions, "config">> {
  readonly minutes?: number;
  readonly show?: string[];
  readonly network?: string[];
  readonly signal?: AbortSignal;
}

/** What comes of a shell script as the program: proposals, or the error. */
async function attempt(script: string, more: Attempt = {}): Promise<unknown> {
  const { minutes = 0.5, show = [], network = false, signal, env = {} } = more;
  const command = ["/bin/sh", "-c", script];
  const config: CodingAgentConfig = { command, minutes, show, network, usd: 0.25, env: Object.keys(env) };
  const options = { config, sandbox: more.sandbox ?? sandbox, home: more.home ?? import.meta.dirname, env };
  const asked = question();
  const context = signal === undefined ? asked : { ...asked, signal };
  return codingAgent(options)
    .propose(context)
    .catch((error: unknown) => error);
}

test.each(tiers)(
  "under $tier a program that mends the harness makes a proposal",
  async ({ sandbox: tier }) => {
    const made = await attempt(
      `grep -q "503 service unavailable" TASK.md || exit 3
     sed -i '1i // Looked at.' harness/main.ts
     mkdir skills/wait && printf -- '---\\nname: wait\\ndescription: Waits.\\n---\\n\\n# Wait\\n' > skills/wait/SKILL.md
     echo "Title: Wait a little"; echo "Why: the service comes back."`,
      { sandbox: tier },
    );
    const [proposal, more] = made as Proposal[];
    expect(more).toBeUndefined();
    expect(proposal).toMatchObject({
      rung: "harness",
      source: "coding-agent:sh",
      title: "Wait a little",
      rationale: "the service comes back.",
      costUsd: 0.25,
    });
    const before = question().genome.get("harness/main.ts") ?? "";
    expect(proposal?.edits).toEqual([
      { path: "harness/main.ts", before, after: `// Looked at.\n${before}` },
      { path: "skills/wait/SKILL.md", before: undefined, after: expect.stringContaining("# Wait") },
    ]);
  },
);

test.each([
  ["tasks", "mkdir tasks; echo x > tasks/task.yaml", "tasks/task.yaml is outside of the genome"],
  ["its task", "echo x >> TASK.md", "TASK.md is outside of the genome"],
  [
    "a script of a skill",
    "mkdir skills/report/scripts; echo x > skills/report/scripts/a.mjs",
    "scripts/a.mjs is outside",
  ],
  ["a link", "ln -s /etc/passwd prompts/a.md", "prompts/a.md is a link"],
  [
    "a link in the place of a file",
    "ln -sf /etc/passwd prompts/lessons.md",
    "prompts/lessons.md was deleted or replaced",
  ],
  ["a deleted file", "rm prompts/lessons.md", "prompts/lessons.md was deleted"],
  ["a big file", "head -c 70000 /dev/zero | tr '\\0' a > prompts/a.md", "prompts/a.md has 70000 bytes"],
  ["a binary file", "printf 'a\\0b' > prompts/a.md", "prompts/a.md is not a text"],
  [
    "folders nested deeper than a path may be long",
    `node -e 'const name = "d".repeat(200); for (let i = 0; i < 60; i++) { fs.mkdirSync(name); process.chdir(name); }'`,
    "what it left cannot be read",
  ],
  ["no UTF-8", "printf '\\377' > prompts/a.md", "prompts/a.md is not a text"],
])("voids the whole change for %s", async (_, script, words) => {
  const made = await attempt(`echo "- Wait." >> prompts/lessons.md; ${script}`);
  expect(made).toMatchObject({
    name: "ProposerFailed",
    message: expect.stringContaining(words),
    costUsd: 0.25,
  });
});

test("nothing of the home can be read: no store, no task, no other run", async () => {
  await using home = makeHome();
  home.write("tasks/a/verify/answer.txt", "4711\n");
  home.write(".agent/releases/x", "x");
  const paths = [
    "tasks/a/verify/answer.txt",
    ".agent/store.db",
    ".agent/releases/x",
    ".git/HEAD",
    "agent.yaml",
  ];
  const reads = paths.map((path) => `cat ${join(home.repo, path)} > seen && echo "read ${path}"`);
  const look = `(${reads.join("; ")}) > out 2>&1; mv out prompts/out.md; rm -f seen`;
  const readBy = async (more: Attempt): Promise<string> => {
    const [proposal] = (await attempt(look, more)) as Proposal[];
    return proposal?.edits.map(({ after }) => after).join("") ?? "";
  };
  const confined = await readBy({ home: home.repo });
  expect(confined.match(/No such file/g)).toHaveLength(paths.length);
  expect(confined).not.toContain("read ");
  // Without confinement the attempts do succeed, so that this test can fail.
  const open = await readBy({ home: home.repo, sandbox: { ...none, full: true } });
  expect(open.match(/read /g)).toHaveLength(paths.length);
  const shown = await attempt("true", { home: home.repo, show: [join(home.repo, "tasks")] });
  expect(shown).toMatchObject({ message: expect.stringContaining("nothing of the home may be shown") });
});

test("one that hangs is killed with all that it started", async () => {
  const before = new Set(childrenOf(process.pid));
  const made = await attempt(`echo x >> prompts/lessons.md; (setsid sleep 300 &) ; sleep 300`, {
    minutes: 0.01,
  });
  expect(made).toMatchObject({
    name: "ProposerFailed",
    message: expect.stringContaining("/bin/sh"),
    costUsd: 0.25,
  });
  expect(childrenOf(process.pid).filter((pid) => !before.has(pid))).toEqual([]);
});

test("one that fails, or does nothing, is paid and says why", async () => {
  expect(await attempt("echo no key >&2; exit 2")).toMatchObject({
    message: expect.stringContaining("no key"),
    costUsd: 0.25,
  });
  expect(await attempt("echo I give up")).toMatchObject({ message: "/bin/sh changed nothing: I give up" });
});

test("it is not started where nothing confines it, or a variable is missing", async () => {
  const free = { name: "ProposerFailed", costUsd: 0 };
  expect(await attempt("echo x >> prompts/lessons.md", { sandbox: none })).toMatchObject({
    ...free,
    message: expect.stringContaining("does not confine a coding agent"),
  });
  expect(await attempt("true", { env: { PROVIDER_KEY: "" } })).toMatchObject({
    ...free,
    message: expect.stringContaining("PROVIDER_KEY is not set"),
  });
});

test("it has the variables that it was given, and may not write them down", async () => {
  const env = { PROVIDER_KEY: "very-secret-key" };
  const used = await attempt(
    `test "$PROVIDER_KEY" = very-secret-key && echo "- Wait." >> prompts/lessons.md`,
    { env },
  );
  expect(used).toMatchObject([{ edits: [{ path: "prompts/lessons.md" }] }]);
  const leaked = await attempt(`echo "$PROVIDER_KEY" >> prompts/lessons.md`, { env });
  expect(leaked).toMatchObject({ message: "the value of PROVIDER_KEY stands in what it wrote" });
});

test("no value that it was given is in what is said of the attempt", async () => {
  const key = "very-secret-key";
  const encoded = Buffer.from(key).toString("base64");
  const env = { PROVIDER_KEY: key };
  const said = await attempt(
    `echo "- Wait." >> prompts/lessons.md; echo "Title: Use $PROVIDER_KEY"; echo "Why: of ${encoded}"`,
    { env },
  );
  expect(said).toMatchObject([
    { title: "Use [redacted:known-secret]", rationale: "of [redacted:known-secret]" },
  ]);
  const named = await attempt(`echo x > "prompts/$PROVIDER_KEY.md"`, { env });
  expect(named).toMatchObject({ message: "the value of PROVIDER_KEY stands in what it wrote" });
  expect(await attempt(`echo ${encoded} >> prompts/lessons.md`, { env })).toMatchObject(named as Error);
  for (const script of [
    `echo "no $PROVIDER_KEY" >&2`,
    `echo "no $PROVIDER_KEY" >&2; exit 2`,
    `mkdir tasks; echo x > "tasks/$PROVIDER_KEY"`,
  ]) {
    const failed = await attempt(script, { env });
    expect(failed).toMatchObject({
      name: "ProposerFailed",
      message: expect.stringContaining("[redacted:known-secret]"),
    });
    expect(String(failed)).not.toContain(key);
  }
});

test("an abort ends it, and nothing of what it did is taken", async () => {
  const controller = new AbortController();
  const mark = randomUUID();
  const running = attempt(`echo ${mark} >> prompts/lessons.md; sleep 300`, { signal: controller.signal });
  while (!isWritten(mark)) await setTimeout(10);
  controller.abort(new Error("enough"));
  expect(await running).toMatchObject({ message: "enough" });
});

/** Whether the lessons of a folder that some agent works in hold these words. */
function isWritten(words: string): boolean {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith("ratchet-"))
    .some((name) => {
      const lessons = join(tmpdir(), name, "prompts/lessons.md");
      return existsSync(lessons) && readFileSync(lessons, "utf8").includes(words);
    });
}

/** Asks the proxy for a host, says what came of it, and what the host said. */
const ASK = `
const { connect } = require("node:net");
const proxy = new URL(process.env.HTTPS_PROXY ?? "http://127.0.0.1:9");
const socket = connect(Number(proxy.port), proxy.hostname);
socket.on("error", (error) => { console.log(error.code); process.exit(5); });
socket.write("CONNECT " + process.argv[1] + " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n");
socket.on("data", (chunk) => require("node:fs").appendFileSync("prompts/lessons.md", chunk));
socket.on("end", () => process.exit(0));
`;

test.each(tiers)(
  "under $tier it reaches the hosts that are named, and no others",
  async ({ sandbox: tier }) => {
    const server = createServer((socket) => socket.end("hello from outside"));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const ask = (target: string): string => `node -e '${ASK}' ${target}`;
    try {
      const network = [`127.0.0.1:${port}`];
      const reached = await attempt(ask(`127.0.0.1:${port}`), { sandbox: tier, network });
      expect(reached).toMatchObject([{ edits: [{ after: expect.stringContaining("hello from outside") }] }]);
      const other = await attempt(`${ask("example.org:443")}; exit 7`, { sandbox: tier, network });
      expect(other).toMatchObject({
        message: expect.stringContaining("example.org:443, which coding_agent.network does not name"),
      });
      // Past the proxy there is no network at all.
      const past = await attempt(
        `node -e 'require("net").connect(${port}, "127.0.0.1").on("error", (e) => { console.log(e.code); process.exit(6); })'`,
        {
          sandbox: tier,
          network,
        },
      );
      expect(past).toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
      const without = await attempt(ask(`127.0.0.1:${port}`), { sandbox: tier });
      expect(without).toMatchObject({ name: "ProposerFailed" });
    } finally {
      server.close();
    }
  },
);
