/** Finds out, by running `true` inside each, which tiers work on this machine. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { bwrapSandbox } from "./bwrap.ts";
import { noneSandbox } from "./none.ts";
import { runSandboxed } from "./run.ts";
import type { Sandbox, Tier } from "./sandbox.ts";
import { seatbeltSandbox } from "./seatbelt.ts";
import { findInnerTool, findTool } from "./tools.ts";
import { unshareSandbox } from "./unshare.ts";

export interface TierReport {
  readonly tier: Tier;
  /** `missing`: a program is not installed. `blocked`: it is, but the system refuses. `unsupported`: not here at all. */
  readonly status: "works" | "missing" | "blocked" | "unsupported";
  readonly detail: string;
  /** The command that opens the tier on this system. */
  readonly fix?: string;
}

export interface Probe {
  readonly report: TierReport;
  /** Present when it works. */
  readonly sandbox?: Sandbox;
}

/** Probes once per process, each tier when it is first asked for. Never rejects. */
export function probeTier(tier: Tier): Promise<Probe> {
  const known = probes.get(tier);
  if (known !== undefined) return known;
  const probe = tryTier(tier);
  probes.set(tier, probe);
  return probe;
}

/** All tiers, best first, without `none`: what `agent doctor` shows. */
export async function probeTiers(): Promise<TierReport[]> {
  const all = await Promise.all(CONFINING.map((tier) => probeTier(tier)));
  return all.map(({ report }) => report);
}

export const CONFINING = ["bwrap", "unshare", "seatbelt", "landlock"] as const satisfies readonly Tier[];

const probes = new Map<Tier, Promise<Probe>>();

async function tryTier(tier: Tier): Promise<Probe> {
  switch (tier) {
    case "bwrap": {
      const tools = linuxTools(tier, ["bwrap"], ["prlimit"]);
      if ("report" in tools) return tools;
      const [setpriv, unshare] = [findTool("setpriv"), findTool("unshare")];
      return runTrue(bwrapSandbox({ ...tools.outer, ...tools.inner, setpriv, unshare }));
    }
    case "unshare": {
      const tools = linuxTools(
        tier,
        ["setpriv", "unshare", "mount", "pivot_root"],
        ["setpriv", "unshare", "umount", "prlimit"],
      );
      if ("report" in tools) return tools;
      const { outer, inner } = tools;
      const folders = [...Object.values(outer), findTool("mkdir"), findTool("cp"), findTool("ip")].flatMap(
        (path) => (path === undefined ? [] : [dirname(path)]),
      );
      return runTrue(unshareSandbox({ setpriv: outer.setpriv, unshare: outer.unshare, folders, inner }));
    }
    case "seatbelt": {
      if (process.platform !== "darwin")
        return { report: { tier, status: "unsupported", detail: "only on macOS" } };
      const sandboxExec = findTool("sandbox-exec");
      return sandboxExec === undefined
        ? { report: { tier, status: "missing", detail: "`sandbox-exec` is not on PATH" } }
        : runTrue(seatbeltSandbox(sandboxExec));
    }
    case "landlock":
      return { report: { tier, status: "unsupported", detail: LANDLOCK_DETAIL } };
    case "none":
      return { report: { tier, status: "works", detail: "confines nothing" }, sandbox: noneSandbox() };
  }
}

/** Node cannot make the system calls itself, and the launcher on npm is a prebuilt binary that could not be reviewed. */
const LANDLOCK_DETAIL =
  "no launcher that could be reviewed; it would be partial anyway, without a process namespace";

interface Tools<Outer extends string, Inner extends string> {
  readonly outer: Readonly<Record<Outer, string>>;
  /** Paths inside. */
  readonly inner: Readonly<Record<Inner, string>>;
}

function linuxTools<Outer extends string, Inner extends string>(
  tier: Tier,
  outerNames: readonly Outer[],
  innerNames: readonly Inner[],
): Tools<Outer, Inner> | Probe {
  if (process.platform !== "linux")
    return { report: { tier, status: "unsupported", detail: "only on Linux" } };
  const outer = findAll(outerNames, findTool);
  const inner = findAll(innerNames, findInnerTool);
  if (outer.missing.length + inner.missing.length === 0) return { outer: outer.found, inner: inner.found };
  const missing: string[] = [...new Set<string>([...outer.missing, ...inner.missing])];
  const detail = missing.map((name) => {
    const elsewhere = findTool(name);
    return elsewhere === undefined
      ? `\`${name}\` is not on PATH`
      : `\`${name}\` is only at ${elsewhere}, and the sandbox shows none but the system's folders such as /usr/bin`;
  });
  const report = { tier, status: "missing", detail: detail.join("; ") } as const;
  const fix = installCommand(missing.includes("bwrap") ? "bubblewrap" : "util-linux");
  return { report: fix === undefined ? report : { ...report, fix } };
}

function findAll<Name extends string>(
  names: readonly Name[],
  find: (name: string) => string | undefined,
): { readonly found: Record<Name, string>; readonly missing: readonly Name[] } {
  const paths = names.map((name) => [name, find(name)] as const);
  return {
    // Only looked at when none is missing.
    found: Object.fromEntries(paths) as Record<Name, string>,
    missing: paths.flatMap(([name, path]) => (path === undefined ? [name] : [])),
  };
}

async function runTrue(sandbox: Sandbox): Promise<Probe> {
  const { tier } = sandbox;
  const { exit, stderr } = await runSandboxed(sandbox, {
    argv: () => ["/bin/sh", "-c", "exit 42"],
    env: () => ({}),
    cwd: "/tmp",
    mounts: [],
    limits: PROBE_LIMITS,
  });
  if (exit.kind === "exited" && exit.code === 42)
    return { report: { tier, status: "works", detail: "ran a command inside" }, sandbox };
  const detail =
    exit.kind === "not_started" ? exit.reason : `a trial command ended as ${exit.kind}: ${stderr.trim()}`;
  const report = { tier, status: "blocked", detail } as const;
  const fix = unblockCommand(detail);
  return { report: fix === undefined ? report : { ...report, fix } };
}

const MIB = 1024 * 1024;
const PROBE_LIMITS = {
  wallMs: 10_000,
  cpuSeconds: 5,
  memoryBytes: 256 * MIB,
  outputBytes: 64 * 1024,
  processes: 64,
  openFiles: 64,
  fileBytes: MIB,
};

function installCommand(name: "bubblewrap" | "util-linux"): string | undefined {
  const managers: readonly (readonly [tool: string, command: string])[] = [
    ["apt-get", `apt-get install -y ${name}`],
    ["dnf", `dnf install -y ${name}`],
    ["pacman", `pacman -S --noconfirm ${name}`],
    ["apk", `apk add ${name}${name === "util-linux" ? " util-linux-misc setpriv" : ""}`],
    ["zypper", `zypper install -y ${name}`],
  ];
  const command = managers.find(([tool]) => findTool(tool) !== undefined)?.[1];
  return command === undefined ? undefined : sudo(command);
}

/** Settings, in the order in which distributions came to restrict unprivileged namespaces. */
function unblockCommand(detail: string): string | undefined {
  if (detail.includes("Unknown option") || detail.includes("unknown option"))
    return installCommand("bubblewrap");
  if (setting("kernel/unprivileged_userns_clone") === "0")
    return sudo("sysctl -w kernel.unprivileged_userns_clone=1");
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return sudo("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  }
  if (setting("user/max_user_namespaces") === "0") return sudo("sysctl -w user.max_user_namespaces=10000");
  return undefined;
}

function setting(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

function sudo(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`;
}
