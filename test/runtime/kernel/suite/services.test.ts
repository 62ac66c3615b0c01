import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import { startServices, type Services } from "../../../../runtime/kernel/suite/services.ts";
import { createToolHost } from "../../../../runtime/kernel/tools/host.ts";
import { builtinTools } from "../../../../runtime/kernel/tools/registry.ts";
import { desk, taskOf, type Desk } from "./support.ts";

const SHOP = `
import { createServer } from "node:http";
createServer((request, response) => response.end(\`\${process.argv[1]} \${request.url}\`)).listen(process.env.SOCKET);
`;

async function start(
  at: Desk,
  scripts: Record<string, string>,
  signal = new AbortController().signal,
): Promise<Services> {
  for (const [host, script] of Object.entries(scripts)) at.put(`t/verify/${host}.mjs`, script);
  const services = Object.keys(scripts).map((host) => ({ host, script: `${host}.mjs` }));
  const started = await startServices({
    task: taskOf(at, { verify: [{ absent: "x" }], services }),
    sandbox: await detectSandbox(),
    signal,
  });
  onTestFinished(() => started.stop());
  return started;
}

describe("startServices", () => {
  it("serves each host to the http tool until it is stopped", async () => {
    const at = desk();
    const services = await start(at, { "shop.test": SHOP, "bank.test": SHOP });
    const host = createToolHost({
      tools: builtinTools(),
      policy: { allow: [], ask: [], deny: [], hosts: [] },
      context: {
        workspace: at.workspace,
        skills: at.suite,
        sandbox: await detectSandbox(),
        hosts: [],
        services: services.sockets,
        signal: new AbortController().signal,
      },
    });
    const get = async (url: string) => (await host.call({ id: "1", name: "http", input: { url } })).result;
    expect((await get("http://shop.test/a")).content).toBe("HTTP 200 OK\n\n/verify/shop.test.mjs /a");
    expect((await get("http://bank.test/b")).content).toMatch(/bank\.test\.mjs \/b$/);
    expect((await get("http://other.test/")).failure?.kind).toBe("denied");
    const sockets = [...services.sockets.values()];
    expect(sockets.every((socket) => socket.length < 100)).toBe(true);
    await services.stop();
    await services.stop();
    expect(sockets.some((socket) => existsSync(dirname(socket)))).toBe(false);
    expect((await get("http://shop.test/a")).is_error).toBe(true);
  });

  it("has none without a task", async () => {
    const services = await startServices({
      task: undefined,
      sandbox: await detectSandbox(),
      signal: new AbortController().signal,
    });
    expect(services.sockets.size).toBe(0);
    await services.stop();
  });

  it("says what a script printed that does not come up, and stops the others", async () => {
    const at = desk();
    const started = start(at, { "shop.test": SHOP, "bad.test": "throw new Error('no stock')" });
    await expect(started).rejects.toThrow(
      /the service bad\.test \(verify\/bad\.test\.mjs\) ended before it listened[\s\S]*no stock/,
    );
  });

  it("stops waiting when the run is aborted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(
      start(desk(), { "slow.test": "setInterval(() => {}, 1000)" }, controller.signal),
    ).rejects.toThrow(/slow\.test/);
  });
});
