/** What figures share, for as long as they are measured; afterwards nothing of it is left. */
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { detectSandbox } from "../../guardrails/sandbox/detect.ts";
import type { Bench } from "../figure.ts";
import type { Options } from "../options.ts";
import { benchHome, type BenchHome } from "./home.ts";

/** Ctrl-C stops what is being measured and cleans up as well. @throws NoSandbox */
export async function withBench(
  {
    packed,
    data,
    faults,
    families,
    cycleSeconds,
  }: Pick<Options, "packed" | "data" | "faults" | "families" | "cycleSeconds">,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => {
    process.exitCode = 130;
    stop.abort(new Error("stopped"));
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const temp = await realpath(await mkdtemp(join(tmpdir(), "ratchet-bench-")));
  try {
    await chmod(temp, 0o755);
    // Scratch folders and those of child processes are made in here, and go with it.
    process.env["TMPDIR"] = temp;
    let home: Promise<BenchHome> | undefined;
    await use({
      temp,
      sandbox: await detectSandbox(),
      home: () => (home ??= benchHome(join(temp, "home"))),
      packed: packed === undefined ? undefined : resolve(packed),
      data: data === undefined ? undefined : resolve(data),
      faults,
      families,
      cycleSeconds,
      signal: stop.signal,
    });
  } finally {
    await rm(temp, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  }
}
