/** What signals mean, in a process that has nothing else to do. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";

const OPEN = new URL("../../../runtime/cli/open.ts", import.meta.url).href;
const PROGRAM = `
  const { interruptible } = await import(${JSON.stringify(OPEN)});
  const signal = interruptible();
  signal.addEventListener("abort", () => console.log("aborted"));
  process.on("SIGWINCH", () => console.log("alive"));
  setInterval(() => undefined, 1000);
  console.log("ready");
`;

describe.each([["SIGINT"], ["SIGUSR2"]] as const)("%s", (signal) => {
  it("aborts once, and ends the process at the second time", async () => {
    const child = await start();
    await said(child, "aborted", () => child.kill(signal));
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([130, null]);
  });
});

it("takes an interrupt and its echo under the other name for one", async () => {
  const child = await start();
  await said(child, "aborted", () => child.kill("SIGINT"));
  child.kill("SIGUSR2");
  child.kill("SIGTERM");
  child.kill("SIGHUP");
  await said(child, "alive", () => child.kill("SIGWINCH"));
  child.kill("SIGKILL");
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
});

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", PROGRAM], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await said(child, "ready", () => undefined);
  return child;
}

async function said(child: ChildProcess, word: string, act: () => unknown): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes(word)) resolve();
    });
  });
  act();
  await heard;
}
