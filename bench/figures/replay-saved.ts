/**
 * What replay saves: a failing run of twelve model calls, and the same task again with a patched harness on the recording. The
 * model is a Messages API server on loopback with a script: it shows what is asked of a model, not how a model behaves.
 */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadRecording } from "../../replay/load-recording.ts";
import { runTrial, type TrialRequest } from "../../replay/trial.ts";
import { cleaner } from "../../guardrails/secrets.ts";
import { materialize, type Genome } from "../../runtime/kernel/genome.ts";
import { commitOf, git } from "../../runtime/kernel/git.ts";
import { openHome, type Home } from "../../runtime/kernel/home/home.ts";
import { initHome } from "../../runtime/kernel/home/init.ts";
import { createAnthropicModel } from "../../runtime/kernel/model/anthropic/client.ts";
import { loadTask } from "../../runtime/kernel/suite/load.ts";
import {
  call,
  say,
  startMessagesServer,
  type RecordedRequest,
  type ScriptedReply,
} from "../../test/helpers/messages-server.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { sqliteStore } from "../support/stores.ts";

const CALLS = 12;
const BAR = 60;
/** Model calls before the one in which the patch first shows. */
const PIVOTS = [9, 6, 3];

export const replaySaved: Figure = {
  name: "replay-saved",
  about: "model calls saved by replay, of a 12-step failure with a harness patch; scripted model",
  async measure(bench) {
    const rows: Row[] = [];
    for (const pivot of PIVOTS) rows.push(await saved(bench, pivot));
    return rows;
  },
};

async function saved(bench: Bench, pivot: number): Promise<Row> {
  const dir = await mkdtemp(join(bench.temp, "saved-"));
  await using server = await startMessagesServer((request) => reply(request, pivot));
  const model = await createAnthropicModel({
    id: "scripted",
    apiKey: "none",
    baseUrl: server.url,
    maxOutputTokens: 1000,
  });
  const { home, broken, patched } = await twoReleases(join(dir, "home"));
  await using store = sqliteStore(dir, "store");
  const runtime = { home, store, model, sandbox: bench.sandbox, redact: cleaner([]) };
  const task = await loadTask(await writeTask(dir));
  const request = { task, purpose: "trial" as const, signal: bench.signal };
  const trial = (more: Pick<TrialRequest, "genome" | "recording">) =>
    runTrial(runtime, { ...request, ...more });

  const failed = await trial({ genome: broken });
  if (failed.pass || failed.undecided || server.requests.length !== CALLS)
    throw new Error(`the run to replay is another one: ${server.requests.length} calls, ${failed.summary}`);
  const recording = await loadRecording(store, failed.id, { onMiss: "live" });
  const mended = await trial({ genome: patched, recording });
  const live = server.requests.length - CALLS;
  const { modelCalls = 0, inputTokens = 0, outputTokens = 0 } = mended.replayed ?? {};
  if (!mended.pass) throw new Error(`the patch does not mend it: ${mended.summary}`);
  const spent = mended.totals.inputTokens + mended.totals.outputTokens;
  const tokens = (100 * (inputTokens + outputTokens)) / spent;
  return {
    what: pivot === PIVOTS[0] ? "model calls saved by replay" : "… when the patch acts earlier",
    unit: "%",
    value: (100 * modelCalls) / (modelCalls + live),
    ...(pivot === PIVOTS[0] ? { atLeast: BAR } : {}),
    note: `${modelCalls} recorded, ${live} asked of the server, ${tokens.toFixed(0)}% of tokens saved; the patch acts after call ${pivot} of ${CALLS}; scripted model`,
  };
}

/** Each call adds a part; the one at the pivot fails, and a model that is told so makes it good with the next. */
function reply({ body }: RecordedRequest, pivot: number): ScriptedReply {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as unknown[]) : [];
  const n = (messages.length - 1) / 2;
  const id = `toolu_${n}`;
  if (n === CALLS - 1) return say("Done.");
  if (n === pivot - 1) return say("I put it together.", call("bash", { command: "cp part-x out" }, id));
  if (n === pivot && JSON.stringify(messages.at(-1)).includes("No such file"))
    return say("It is called part-1.", call("bash", { command: "cp part-1 out" }, id));
  return say("The next part.", call("bash", { command: `cat part-1 >>all-${n}; wc -c all-${n}` }, id));
}

async function writeTask(dir: string): Promise<string> {
  const folder = join(dir, "suite", "parts");
  for (const below of ["workspace", "verify"]) {
    await mkdir(join(folder, below), { recursive: true });
    await writeFile(join(folder, below, "part-1"), "a part\n");
  }
  await writeFile(
    join(folder, "task.yaml"),
    "version: 1\ninstruction: Put the parts together in out.\nverify: [{ file: out, equals: part-1 }]\n",
  );
  return folder;
}

interface TwoReleases {
  readonly home: Home;
  /** Keeps from the model what a failed tool said. */
  readonly broken: Genome;
  /** Tells it. */
  readonly patched: Genome;
}

async function twoReleases(dir: string): Promise<TwoReleases> {
  const home = await openHome(await initHome(dir, "naive"));
  const broken = await edit(home, "loop.ts", "MAX_STEPS = 10", "MAX_STEPS = 40");
  const patched = await edit(home, "dispatch.ts", '"Tool finished."', "result.content");
  return { home, broken, patched };
}

async function edit(home: Home, file: string, before: string, after: string): Promise<Genome> {
  const path = join(home.dir, "harness", file);
  const text = await readFile(path, "utf8");
  if (!text.includes(before)) throw new Error(`harness/${file} has no ${before}`);
  await writeFile(path, text.replace(before, after));
  await git(home.dir).run(["commit", "--quiet", "--all", "-m", `Change ${file}`]);
  const sha = (await commitOf(home.dir, "HEAD")) ?? "";
  return materialize({ repo: home.dir, sha, paths: home.config.genome, into: join(home.state, "releases") });
}
