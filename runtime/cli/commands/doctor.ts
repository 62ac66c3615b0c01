import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { probeTiers } from "../../../guardrails/sandbox/probe.ts";
import { messageOf, RatchetError } from "../../kernel/error.ts";
import { git } from "../../kernel/git.ts";
import { openHome, type Home } from "../../kernel/home/home.ts";
import { openModel } from "../../kernel/model/open.ts";
import { packageVersion } from "../../kernel/package.ts";
import { openSqliteStore } from "../../kernel/store/sqlite.ts";
import { type HomeOption } from "../open.ts";
import { dim, green, print, printJson, red, yellow } from "../output.ts";

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "broken";
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
    const mark = { ok: green("ok     "), warning: yellow("warning"), broken: red("broken ") }[status];
    print(`${mark}  ${name.padEnd(20)} ${detail}`);
    if (fix !== undefined)
      print(dim(`         ${" ".repeat(20)} ${fix.replaceAll("\n", `\n${" ".repeat(30)}`)}`));
  }
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
  const rows = tiers.map((report): Check => {
    const name = `sandbox: ${report.tier}`;
    if (report.status === "works") {
      return { name, status: "ok", detail: `${report.detail}${report === best ? " (in use)" : ""}` };
    }
    const wanted = report.status !== "unsupported" && best?.tier !== "bwrap";
    const fix = wanted && report.fix !== undefined ? { fix: report.fix } : {};
    return {
      name,
      status: wanted && report.tier === "bwrap" ? "warning" : "ok",
      detail: `${report.status}: ${report.detail}`,
      ...fix,
    };
  });
  const none: Check = {
    name: "sandbox",
    status: "broken",
    detail: "no tier works here; Ratchet will not run a harness",
  };
  return best === undefined ? [none, ...rows] : rows;
}

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
    const runs = await store.listRuns({ limit: -1 });
    await store.close();
    return { name: "store", status: "ok", detail: `${file}, ${runs.length} runs` };
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
