/** A home whose promotions and rollbacks are killed, and what must hold after the next command, however they died. */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commitCandidate } from "../../evolver/commit.ts";
import { patchNamed } from "../../evolver/patches/find.ts";
import { saveCandidate } from "../../evolver/patches/saved.ts";
import { listBank } from "../../replay/bank/bank.ts";
import { listReleases } from "../../replay/release/receipts.ts";
import { currentRelease } from "../../replay/release/release.ts";
import { openHome, type Home as OpenHome } from "../../runtime/kernel/home/home.ts";
import { candidateOf, fingerprint, GENOME, makeHome, PATHS, proposal, type Home } from "./home.ts";

export type Action = "promote" | "approve" | "rollback";

/** When and how the child dies. */
export type Death =
  /** After so many milliseconds: node alone, so that its git lives on, or everything it started. */
  | { readonly kind: "after"; readonly ms: number; readonly all: boolean }
  /** At the n-th write to the store. */
  | { readonly kind: "store"; readonly write: number; readonly where: "before" | "behind" }
  /**
   * At the n-th git command that moves references: before it, behind it, in its middle together with the command, which leaves
   * its locks, or before it with a command that goes on as an orphan, after the next command of ours has put things in order.
   */
  | {
      readonly kind: "git";
      readonly command: number;
      readonly where: "before" | "behind" | "orphan" | "middle";
    }
  | { readonly kind: "never" };

export interface KilledHome extends AsyncDisposable {
  /** Lets a child move the release and die. Resolves to what is wrong after the next command, and whether the move happened. */
  round(action: Action, death: Death): Promise<Round>;
  /** Two children promote two patches of the same release at once. */
  race(): Promise<{ promoted: number; refused: readonly string[]; problems: readonly string[] }>;
}

export interface Round {
  readonly problems: readonly string[];
  readonly moved: boolean;
  readonly killed: boolean;
  /** Of the child, from its start signal to its end. */
  readonly ms: number;
}

export async function makeKilledHome(): Promise<KilledHome> {
  const made = makeHome({ ...GENOME, "guardrails.yaml": "version: 1\n" });
  const home = await openHome(made.repo);
  made.write("notes.txt", "mine, staged\n");
  made.git("add", "notes.txt");
  made.write("prompts/system.md", "half a thought");
  const user = fingerprint(made);
  const shim = writeShim(made);
  let number = 0;
  /** What we know without asking any receipt: the candidates that were the release, and the cases they brought. */
  const seen = { release: (await currentRelease(made.repo)).commit, cases: new Set<string>() };
  let last: string | undefined;
  return {
    async round(action, death) {
      const fresh = action === "rollback" ? undefined : await candidate(made, ++number);
      const patch = fresh?.id ?? last ?? "";
      const before = seen.release;
      const { killed, ms } = await runChild(made, shim, [patch, action], death);
      await listReleases(made.repo, made.store);
      if (death.kind === "git" && death.where === "orphan") await letOrphanGoOn(shim);
      const now = (await currentRelease(made.repo)).commit;
      const moved = now !== before;
      if (moved && fresh !== undefined) {
        seen.cases.add(`kill/n${number}`);
        last = fresh.id;
      }
      seen.release = now;
      const problems = await problemsOf(made, home, user, seen.cases, fresh?.id, action, moved);
      return { problems, moved, killed, ms };
    },
    async race() {
      const patches = [await candidate(made, ++number), await candidate(made, ++number)];
      const ends = await Promise.allSettled(
        patches.map(({ id }) => runChild(made, shim, [id, "promote"], { kind: "never" })),
      );
      const won = ends.flatMap(({ status }, i) => (status === "fulfilled" ? [patches[i]] : []));
      for (const [i, { status }] of ends.entries())
        if (status === "fulfilled") seen.cases.add(`kill/n${number - 1 + i}`);
      seen.release = (await currentRelease(made.repo)).commit;
      return {
        promoted: won.length,
        refused: ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : [])),
        problems: await problemsOf(made, home, user, seen.cases, undefined, "promote", true),
      };
    },
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

async function candidate(home: Home, number: number): Promise<{ id: string }> {
  const { repo, store } = home;
  const parent = (await currentRelease(repo)).commit;
  const patch = proposal(
    [{ path: `prompts/n${number}.md`, before: undefined, after: `${number}\n` }],
    `Patch ${number}`,
  );
  const commit = await commitCandidate({ repo, parent, proposal: patch, message: "Draft", paths: PATHS });
  const cases = [{ task: `kill/n${number}`, tree: createHash("sha1").update(String(number)).digest("hex") }];
  const made = candidateOf(commit, parent, { proposal: patch, cases });
  await saveCandidate(store, made);
  return { id: made.id };
}

// ---------------------------------------------------------------- the child and its death

/** A `git` before the real one on PATH: counts what the child starts, and kills the child at a command. */
function writeShim({ repo }: Home): string {
  const folder = join(repo, ".agent", "shim");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "git");
  const script = `#!/bin/sh
PATH=\${PATH#*:}
case " $* " in *" update-ref "*) ;; *) exec git "$@" ;; esac
printf x >> "$0.count"
if [ "$(wc -c < "$0.count")" -eq "$(cat "$0.at")" ]; then
  case "$(cat "$0.where")" in
    before) kill -9 $PPID; exit 1 ;;
    behind) git "$@"; kill -9 $PPID; exit 1 ;;
    orphan)
      cat > "$0.input"
      kill -9 $PPID
      while [ ! -e "$0.go" ]; do sleep 0.02; done
      git "$@" < "$0.input" > /dev/null 2>&1
      touch "$0.over"
      exit 1 ;;
    middle) cat > "$0.input"; git "$@" < "$0.input" & sleep 0.00$(( $$ % 4 + 1 )); kill -9 $! $PPID; exit 1 ;;
  esac
fi
exec git "$@"
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return folder;
}

async function runChild(
  home: Home,
  shim: string,
  args: readonly string[],
  death: Death,
): Promise<{ killed: boolean; ms: number }> {
  const at = death.kind === "git" ? death.command : 0;
  writeFileSync(join(shim, "git.at"), String(at));
  writeFileSync(join(shim, "git.where"), death.kind === "git" ? death.where : "");
  writeFileSync(join(shim, "git.count"), "");
  const program = fileURLToPath(new URL("./killed-child.ts", import.meta.url));
  const operation = death.kind === "store" ? [String(death.write), death.where] : [];
  const child = spawn(process.execPath, [program, home.repo, ...args, ...operation], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PATH: `${shim}:${process.env["PATH"] ?? ""}` },
  });
  const ended = once(child, "exit");
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  await once(child.stdout, "data");
  const began = performance.now();
  child.stdin.on("error", () => undefined).write("go\n");
  if (death.kind === "after") {
    await Promise.race([setTimeout(death.ms), ended]);
    kill(child, death.all);
  }
  const [code, signal] = await ended;
  if (signal !== "SIGKILL" && code !== 0) throw new Error(`the child ended with ${code}: ${said}`);
  return { killed: signal === "SIGKILL", ms: performance.now() - began };
}

async function letOrphanGoOn(shim: string): Promise<void> {
  writeFileSync(join(shim, "git.go"), "");
  while (!existsSync(join(shim, "git.over"))) await setTimeout(10);
  for (const file of ["git.go", "git.over"]) rmSync(join(shim, file));
}

function kill({ pid = 0 }: ChildProcess, all: boolean): void {
  try {
    process.kill(all ? -pid : pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

// ---------------------------------------------------------------- what must hold

async function problemsOf(
  made: Home,
  home: OpenHome,
  user: string,
  cases: ReadonlySet<string>,
  patch: string | undefined,
  action: Action,
  moved: boolean,
): Promise<string[]> {
  const { repo, store } = made;
  const problems: string[] = [];
  const check = (holds: boolean, what: string): void => {
    if (!holds) problems.push(what);
  };
  const moves = (await listReleases(repo, store)).toReversed();
  const { commit, pinned } = await currentRelease(repo);
  const done = moves.filter(({ state }) => state === "done");
  check(
    moves.every(({ state }) => state !== "started"),
    "a receipt is open",
  );
  check((done.at(-1)?.to ?? commit) === commit, "the last receipt is not the release");
  check(
    done.every(({ from }, i) => i === 0 || done[i - 1]?.to === from),
    "the receipts are no chain",
  );
  check(
    moves.filter(({ current }) => current).length === (pinned ? 1 : 0),
    "not exactly one release is current",
  );
  const kept = new Set(
    made.git("for-each-ref", "--format=%(objectname)", "refs/ratchet/releases/").split("\n"),
  );
  check(
    done.every(({ from, to }) => kept.has(from) && kept.has(to)),
    "a release is not kept",
  );
  const bank = (await listBank(home, store)).map(({ kept }) => kept.task);
  check(JSON.stringify(bank) === JSON.stringify([...cases].toSorted()), "the bank is not what was promoted");
  if (patch !== undefined) {
    const { decision } = await patchNamed(store, patch);
    check(
      (decision?.decision === "approved") === (moved && action === "approve"),
      "the decision is not what happened",
    );
  }
  const locks = readdirSync(join(repo, ".git"), { recursive: true, encoding: "utf8" });
  check(!locks.some((path) => path.endsWith(".lock")), "git has locks left");
  check(fingerprint(made) === user, "the user's checkout was touched");
  return problems;
}
