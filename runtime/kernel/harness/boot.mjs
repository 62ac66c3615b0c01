/**
 * Runs inside the sandbox, in the harness's process: joins the wire on fd 3, loads the harness, runs it, reports how
 * it ended. Plain JavaScript, so that nothing has to be stripped or built at start.
 *
 * Nothing here protects the kernel: code in this process is not trusted, and the kernel checks every line. The load
 * hooks and the removed globals only repeat, at run time, the import rule that was checked before.
 */
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = process.argv[2];
const rootUrl = `${pathToFileURL(root)}/`;
const exit = process.exit.bind(process);
const began = performance.now();

const profiler = startCoverage();
const wire = openWire();
const hello = await wire.hello;
restrictImports();
hideGlobals();
const report = await runHarness();
await wire.request("exit", { ...report, coverage: takeCoverage(profiler) });
exit(report.error === undefined ? 0 : 70);

async function runHarness() {
  try {
    const { run } = await import(`${rootUrl}main.ts`);
    if (typeof run !== "function") throw new TypeError("harness/main.ts does not export a function named run");
    await wire.request("finish", await run(kernel()));
    return {};
  } catch (error) {
    return { error: { message: String(error?.message ?? error), stack: relative(String(error?.stack ?? "")) } };
  }
}

/** The `Kernel` of protocol.ts. */
function kernel() {
  return {
    hello,
    model: { create: (request) => wire.request("model.create", request) },
    tools: { call: (call) => wire.request("tools.call", call) },
    skills: {
      search: (query, limit) => wire.request("skills.search", limit === undefined ? { query } : { query, limit }),
      load: (name) => wire.request("skills.load", { name }),
    },
    note: (kind, data) => wire.request("note", { kind, data }).then(() => undefined),
    get aborted() {
      return wire.aborted;
    },
    takeSteering: () => wire.steering.splice(0),
    sleep: (ms) => wire.sleep(ms),
    elapsed: () => performance.now() - began,
  };
}

function openWire() {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  const pending = new Map();
  const sleepers = new Set();
  const { promise: hello, resolve: greet } = Promise.withResolvers();
  const wire = { hello, aborted: false, steering: [], request, sleep };
  let next = 1;
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) receive(JSON.parse(line));
  });
  // Without a kernel there is nobody to work for.
  socket.on("close", () => exit(71));
  return wire;

  function request(method, params) {
    const id = next++;
    const { promise, resolve, reject } = Promise.withResolvers();
    pending.set(id, { resolve, reject });
    socket.write(`${JSON.stringify({ id, method, params })}\n`);
    return promise;
  }

  function receive(message) {
    if (message.type === "hello") greet(message);
    else if (message.type === "steer") wire.steering.push(message.text);
    else if (message.type === "abort") {
      wire.aborted = true;
      for (const wake of sleepers) wake();
    } else settle(message);
  }

  function settle({ id, result, error }) {
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(Object.assign(new Error(error.message), error));
  }

  function sleep(ms) {
    if (wire.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers();
    const wake = () => {
      clearTimeout(timer);
      sleepers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    sleepers.add(wake);
    return promise;
  }
}

/** A harness imports its own files and nothing else. They are already stripped of types. */
function restrictImports() {
  registerHooks({
    resolve(specifier, context, next) {
      const url = specifier.startsWith("file:") ? specifier : new URL(specifier, context.parentURL).href;
      const relativeOrEntry = specifier.startsWith("./") || specifier.startsWith("../") || specifier === `${rootUrl}main.ts`;
      if (!relativeOrEntry || !url.startsWith(rootUrl)) {
        throw new Error(`harness code may import only its own files, not "${specifier}" (from ${relative(context.parentURL ?? "?")})`);
      }
      return next(url, context);
    },
    load(url) {
      return { format: "module", source: readFileSync(fileURLToPath(url), "utf8"), shortCircuit: true };
    },
  });
}

function hideGlobals() {
  const hidden = ["process", "fetch", "WebSocket", "EventSource", "navigator", "require", "global", "Buffer"];
  for (const name of [...hidden, "setImmediate", "setInterval", "setTimeout", "XMLHttpRequest"]) {
    Reflect.deleteProperty(globalThis, name);
  }
}

function startCoverage() {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return session;
}

/** Executed lines by file. A line counts when the innermost counted range around its first character ran. */
function takeCoverage(session) {
  let result = [];
  session.post("Profiler.takePreciseCoverage", (error, coverage) => {
    if (error === null) result = coverage.result;
  });
  const files = {};
  for (const script of result) {
    if (!script.url.startsWith(rootUrl)) continue;
    const source = readFileSync(fileURLToPath(script.url), "utf8");
    files[`harness/${script.url.slice(rootUrl.length)}`] = executedLines(source, script.functions);
  }
  return files;
}

function executedLines(source, functions) {
  const ranges = functions.flatMap((called) => called.ranges);
  const lines = [];
  let offset = 0;
  for (const [index, line] of source.split("\n").entries()) {
    const first = line.search(/[^\s})\];,]/);
    if (first >= 0 && countAt(ranges, offset + first) > 0) lines.push(index + 1);
    offset += line.length + 1;
  }
  return lines;
}

function countAt(ranges, offset) {
  let innermost;
  for (const range of ranges) {
    if (range.startOffset > offset || range.endOffset <= offset) continue;
    const size = range.endOffset - range.startOffset;
    if (innermost === undefined || size <= innermost.size) innermost = { size, count: range.count };
  }
  return innermost?.count ?? 0;
}

/** Genome paths instead of those inside the sandbox. */
function relative(text) {
  return text.replaceAll(rootUrl, "harness/");
}
