/** Runs a coding agent in the sandbox: a folder of its own, the variables it was given, the hosts it was given, and a limit. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { commandLimits } from "../../../guardrails/sandbox/defaults.ts";
import { insidePath, mountOf, nodeMount, NODE_TARGET } from "../../../guardrails/sandbox/mounts.ts";
import { isShown } from "../../../guardrails/sandbox/system.ts";
import { runSandboxed, type RunResult } from "../../../guardrails/sandbox/run.ts";
import type { Mount, Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { describeExit } from "../../../runtime/kernel/run/session-end.ts";
import type { CodingAgentConfig } from "./index.ts";
import { forwarderMount, FORWARDER_TARGET, openProxy, SOCKET_NAME, type Proxy } from "./network/proxy.ts";

export interface AgentRun {
  readonly config: CodingAgentConfig;
  readonly sandbox: Sandbox;
  readonly home: string;
  /** Real path of the folder that it works in. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Takes their values out of what it printed: before that is cut, so that no half of one is left. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
}

export type Ran =
  | {
      readonly kind: "done";
      /** What it said of its change, where it said it. */
      readonly title: string | undefined;
      readonly why: string | undefined;
      readonly lastLine: string;
    }
  | { readonly kind: "failed"; readonly message: string };

/** When it returns, no process of the program is left. Never rejects for what the program does. */
export async function runAgent(run: AgentRun): Promise<Ran> {
  const { config, sandbox, folder, variables, signal } = run;
  const shown = shownMounts(run);
  if (typeof shown === "string") return { kind: "failed", message: shown };
  const unseen = unseenProgram(run);
  if (unseen !== undefined) return { kind: "failed", message: unseen };
  await using proxy = config.network === false ? undefined : await openProxy(config.network);
  const ms = Math.ceil(config.minutes * 60_000);
  const ran = await runSandboxed(sandbox, {
    argv: (at) => (proxy === undefined ? config.command : forwarded(at, config.command)),
    env: (at) => ({
      PATH: [insidePath(at), ...config.show.flatMap((path) => [join(path, "bin"), path])].join(":"),
      HOME: "/tmp",
      LANG: "C.UTF-8",
      TZ: "UTC",
      ...variables,
    }),
    cwd: FOLDER,
    mounts: [
      nodeMount(),
      { source: folder, target: FOLDER, access: "write" },
      ...shown,
      ...(proxy === undefined ? [] : [mountOf(proxy.folder, NET, "read"), forwarderMount()]),
    ],
    limits: commandLimits(ms, { cpuSeconds: Math.ceil((ms / 1000) * CORES), memoryBytes: 4 * GIB }),
    signal,
  });
  return outcomeOf({ ...ran, stdout: run.clean(ran.stdout), stderr: run.clean(ran.stderr) }, proxy);
}

const FOLDER = "/genome";
const NET = "/net";
const GIB = 1024 ** 3;
/** It may use as many for its whole time. */
const CORES = 4;

function forwarded(at: (target: string) => string, command: readonly string[]): string[] {
  return [at(NODE_TARGET), "--no-warnings", at(FORWARDER_TARGET), `${at(NET)}/${SOCKET_NAME}`, ...command];
}

/** Folders that a person shows it, at their own paths; or why not. Those of the home hold tasks, verifiers and the store. */
function shownMounts({ config, home }: AgentRun): Mount[] | string {
  const mounts: Mount[] = [];
  const own = realpathSync(home);
  for (const path of config.show) {
    if (!existsSync(path)) return `coding_agent.show: there is no ${path}`;
    const source = realpathSync(path);
    if (`${source}/`.startsWith(`${own}/`) || `${own}/`.startsWith(source === "/" ? "/" : `${source}/`))
      return `coding_agent.show: ${path} is part of the home, or holds it: nothing of the home may be shown`;
    mounts.push({ source, target: path, access: "read" });
  }
  return mounts;
}

/** Why the sandbox cannot start the program: it sees little of the machine. Undefined when it can. */
function unseenProgram({ config: { command, show }, folder, sandbox }: AgentRun): string | undefined {
  const [program] = command;
  // What it shows of macOS is not a list of folders.
  if (sandbox.tier === "seatbelt") return undefined;
  if (program === undefined) return "coding_agent.command is empty";
  const folders = program.includes("/")
    ? [""]
    : [dirname(process.execPath), ...SYSTEM_PATH, ...show.flatMap((path) => [join(path, "bin"), path])];
  const isSeen = folders
    .map((each) => resolve(folder, each, program))
    .some((path) => existsSync(path) && isInside(path, folder, show));
  if (isSeen) return undefined;
  const others = show.length === 0 ? "" : ` and what coding_agent.show names (${show.join(", ")})`;
  return `it was not started: the sandbox does not see it, only ${SEEN}${others}; add the folder that it is in to evolution.coding_agent.show in agent.yaml`;
}

const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];
const SEEN = "programs of the system (/usr, /bin)";

/** By its real path: a link may lead out of what is shown. */
function isInside(path: string, folder: string, show: readonly string[]): boolean {
  const real = realpathSync(path);
  return (
    isShown(real) ||
    real === realpathSync(process.execPath) ||
    [folder, ...show].some((each) => `${real}/`.startsWith(`${realpathSync(each)}/`))
  );
}

function outcomeOf({ exit, stdout, stderr }: RunResult, proxy: Proxy | undefined): Ran {
  const lastLine = lastOf(stdout) ?? lastOf(stderr) ?? "it said nothing";
  const refused = proxy?.refused() ?? [];
  const hosts =
    refused.length === 0
      ? ""
      : `; it asked for ${refused.join(", ")}, which coding_agent.network does not name`;
  if (exit.kind !== "exited" || exit.code !== 0)
    return { kind: "failed", message: `${describeExit(exit)}: ${lastOf(stderr) ?? lastLine}${hosts}` };
  return {
    kind: "done",
    title: said(stdout, /^title:\s*(\S.*)$/i)?.slice(0, 72),
    why: said(stdout, /^why:\s*(\S.*)$/i)?.slice(0, 600),
    lastLine: `${lastLine}${hosts}`,
  };
}

const SHOWN = 300;

function lastOf(text: string): string | undefined {
  return text
    .split("\n")
    .findLast((line) => line.trim() !== "")
    ?.slice(0, SHOWN);
}

/** The last line of that form. */
function said(text: string, form: RegExp): string | undefined {
  return text
    .split("\n")
    .map((line) => form.exec(line.trim())?.[1]?.trim())
    .findLast((found) => found !== undefined);
}
