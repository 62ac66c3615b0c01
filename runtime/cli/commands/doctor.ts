import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { probeTiers } from "../../../guardrails/sandbox/probe.ts";
import type { TierReport } from "../../../guardrails/sandbox/probe.ts";
import { messageOf, RatchetError } from "../../kernel/error.ts";
import { git } from "../../kernel/git.ts";
import { openHome, type Home } from "../../kernel/home/home.ts";
import { openModel } from "../../kernel/model/open.ts";
import { packageVersion } from "../../kernel/package.ts";
import { openSqliteStore } from "../../kernel/store/sqlite.ts";
import { type HomeOption } from "../open.ts";
import { count, dim, green, print, printJson, red, yellow } from "../output.ts";

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly status: keyof typeof LABELS;
  readonly detail: string;
  /** The command or edit that mends it. */
  readonly fix?: string;
}

export async function doctor(options: HomeOption & { json?: boolean }): Promise<void> {
  const checks = [
    checkNode(),
    await checkGit(),
    ...(await checkSandbox()),
    ...(await checkHome(options.home)),
  ];
  process.exitCode = checks.some(({ status }) => status === "broken") ? 2 : 0;
  if (options.json === true) {
    printJson({ version: packageVersion(), checks });
    return;
  }
  for (const { name, status, detail, fix } of checks) {
    // The system's own words about a sandbox can be many lines; `--json` has them all.
    const shown = name.startsWith("sandbox: ") ? cut(detail) : indented(detail);
    print(`${LABELS[status](status.padEnd(7))}  ${name.padEnd(20)} ${shown}`);
    if (fix !== undefined) print(dim(`${" ".repeat(INDENT)}${indented(fix)}`));
  }
}

const LABELS = {
  ok: green,
  warning: yellow,
  broken: red,
  blocked: yellow,
  missing: yellow,
  "n/a": dim,
} as const;
/** Where the details begin. */
const INDENT = 30;

function cut(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  const width = (process.stdout.columns ?? Infinity) - INDENT;
  return line.length <= width ? line : `${line.slice(0, Math.max(width - 1, 0))}…`;
}

function indented(text: string): string {
  return text.replaceAll("\n", `\n${" ".repeat(INDENT)}`);
}

function checkNode(): Check {
  return { name: "node", status: "ok", detail: `${process.version} at ${process.execPath}` };
}

async function checkGit(): Promise<Check> {
  try {
    return { name: "git", status: "ok", detail: (await git(process.cwd()).run(["--version"])).trim() };
  } catch (error) {
    return { name: "git", status: "broken", detail: messageOf(error), fix: "install git 2.38 or newer" };
  }
}

/** The best tier that works decides; the others are told so that one can choose. */
async function checkSandbox(): Promise<Check[]> {
  const tiers = await probeTiers();
  const best = tiers.find(({ status }) => status === "works");
  const closed = tiers.filter(({ status }) => status === "blocked" || status === "missing");
  // Without any tier, each is a way out; otherwise only a better one than that in use is worth the trouble.
  const wanted = best === undefined ? closed : closed.slice(0, tiers.indexOf(best) > 0 ? 1 : 0);
  const rows = tiers.map((report) => tierCheck(report, report === best, wanted.includes(report)));
  return best === undefined ? [NO_TIER, ...rows] : rows;
}

function tierCheck(report: TierReport, inUse: boolean, wanted: boolean): Check {
  const name = `sandbox: ${report.tier}`;
  const detail = `${report.detail}${inUse ? " (in use)" : ""}`;
  const status = ({ works: "ok", blocked: "blocked", missing: "missing", unsupported: "n/a" } as const)[
    report.status
  ];
  const fix = report.fix ?? (report.status === "blocked" ? UNBLOCK : undefined);
  return { name, status, detail, ...(wanted && fix !== undefined ? { fix } : {}) };
}

const UNBLOCK =
  "allow user namespaces and mounts here; for a Docker container:\n" +
  "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined";

const NO_TIER: Check = {
  name: "sandbox",
  status: "broken",
  detail: "no tier works here; Ratchet runs no model-written code without one",
  fix:
    "open one of the tiers below; or, only with code that you trust, let it run unconfined:\n" +
    "run, evolve and demo take --dangerously-without-sandbox",
};

async function checkHome(dir: string | undefined): Promise<Check[]> {
  let home: Home;
  try {
    home = await openHome(dir ?? process.cwd());
  } catch (error) {
    const fix = error instanceof RatchetError ? error.hint : undefined;
    const none = dir === undefined && messageOf(error).startsWith("there is no agent.yaml");
    return [
      {
        name: "home",
        status: none ? "warning" : "broken",
        detail: messageOf(error),
        ...(fix === undefined ? {} : { fix }),
      },
    ];
  }
  return [
    { name: "home", status: "ok", detail: home.dir },
    await checkModel(home),
    await checkStore(home),
    await checkDisk(home),
  ];
}

async function checkModel(home: Home): Promise<Check> {
  try {
    const model = await openModel(home.config, process.env);
    const price =
      model.price === undefined
        ? "price unknown: no money cap possible"
        : `$${model.price.input} / $${model.price.output} per million tokens`;
    return { name: "model", status: "ok", detail: `${model.name}: ${model.description} (${price})` };
  } catch (error) {
    return { name: "model", status: "broken", detail: messageOf(error) };
  }
}

async function checkStore(home: Home): Promise<Check> {
  const file = join(home.state, "store.db");
  try {
    const store = openSqliteStore(file);
    const { live, trial, imported } = await store.countRuns();
    await store.close();
    return { name: "store", status: "ok", detail: `${file}, ${count(live + trial + imported, "run")}` };
  } catch (error) {
    return { name: "store", status: "broken", detail: messageOf(error) };
  }
}

async function checkDisk(home: Home): Promise<Check> {
  const { bavail, bsize } = await statfs(home.dir);
  const gib = (bavail * bsize) / 1024 ** 3;
  const detail = `${gib.toFixed(1)} GiB free`;
  return gib < 1
    ? { name: "disk", status: "warning", detail, fix: "snapshots and releases live under .agent/; make room" }
    : { name: "disk", status: "ok", detail };
}
