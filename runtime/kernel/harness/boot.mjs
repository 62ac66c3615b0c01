/**
 * Runs inside the sandbox, in the harness's process: joins the wire on fd 3, loads the harness, runs it, reports how
 * it ended. Plain JavaScript, so that nothing has to be stripped or built at start.
 *
 * Exit codes: 0 finished, 70 the harness threw, 13 it waits for what never comes, 71 the kernel is gone.
 *
 * Nothing here protects the kernel: code in this process is not trusted, and the kernel checks every line. The load
 * hooks and the removed globals only repeat, at run time, the rules that were checked before.
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath, pathToFileURL } from "node:url";

const FINISHED = 0;
const WAITS_FOR_EVER = 13;
const THREW = 70;
const NO_KERNEL = 71;
/** As in protocol.ts. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_TIMER_MS = 2 ** 31 - 1;
const NEVER_SETTLED = { message: "run() waits for a promise that nothing will settle", stack: "" };
/** As in guardrails/globals.ts. */
const LANGUAGE = new Set(
  `undefined NaN Infinity Array ArrayBuffer BigInt Boolean DataView Date Error AggregateError
   RangeError ReferenceError SyntaxError TypeError URIError Float32Array Float64Array Int8Array
   Int16Array Int32Array Uint8Array Uint8ClampedArray Uint16Array Uint32Array Intl Iterator JSON Map
   Math Number Object Promise RegExp Set String Symbol WeakMap WeakSet parseInt parseFloat isNaN
   isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI structuredClone TextEncoder
   TextDecoder URL URLSearchParams AbortController AbortSignal console`.split(/\s+/),
);

const root = process.argv[2];
const rootUrl = `${pathToFileURL(root)}/`;
const began = performance.now();

const profiler = startCoverage();
const wire = openWire();
const hello = await wire.hello;
restrictImports();
hideGlobals();
let reporting = false;
process.on("uncaughtException", (error) => report(THREW, describe(error)));
// Nothing is left to wait for, and `run` has not returned.
process.on("beforeExit", () => report(WAITS_FOR_EVER, NEVER_SETTLED));
try {
  await wire.request("finish", await runHarness());
  await report(FINISHED);
} catch (error) {
  await report(THREW, describe(error));
}

async function runHarness() {
  const { run } = await import(`${rootUrl}main.ts`);
  if (typeof run !== "function") throw new TypeError("harness/main.ts does not export a function named run");
  return run(kernel());
}

/** Tells the kernel how it ended, once, and ends. */
async function report(code, error) {
  if (reporting) return;
  reporting = true;
  await wire.request("exit", { error, coverage: takeCoverage(profiler) });
  process.exit(code);
}

function describe(error) {
  const message = String(error?.message ?? error);
  return { message: message.slice(0, 10_000), stack: relative(String(error?.stack ?? "")).slice(0, 20_000) };
}

/** The `Kernel` of protocol.ts. */
function kernel() {
  return {
    hello,
    model: { create: (request) => wire.request("model.create", request) },
    tools: { call: (call) => wire.request("tools.call", call) },
    skills: {
      search: (query, limit) =>
        wire.request("skills.search", limit === undefined ? { query } : { query, limit }),
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
  let parts = [];
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const lines = chunk.split("\n");
    const last = lines.pop();
    for (const line of lines) {
      receive(JSON.parse(parts.join("") + line));
      parts = [];
    }
    parts.push(last);
  });
  // Without a kernel there is nobody to work for.
  socket.on("error", () => process.exit(NO_KERNEL));
  socket.on("close", () => process.exit(NO_KERNEL));
  return wire;

  function request(method, params) {
    const { promise, resolve, reject } = Promise.withResolvers();
    // Made here, so that its stack tells which line of the harness asked.
    const failure = new Error();
    try {
      const line = `${JSON.stringify({ id: next, method, params })}\n`;
      if (Buffer.byteLength(line) > MAX_LINE_BYTES)
        throw new RangeError(`${method}: the request is longer than ${MAX_LINE_BYTES} bytes`);
      pending.set(next++, { resolve, reject, failure });
      socket.ref();
      socket.write(line);
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  function receive(message) {
    if (message.type === "hello") greet(message);
    else if (message.type === "steer") wire.steering.push(message.text);
    else if (message.type === "abort") {
      wire.aborted = true;
      for (const wake of sleepers) wake();
    } else settle(message);
    // Only an answer that is due keeps the process alive, so that waiting for nothing is noticed.
    if (pending.size === 0) socket.unref();
  }

  function settle({ id, result, error }) {
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(toError(waiting.failure, error));
  }

  function sleep(ms) {
    if (wire.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers();
    const wake = () => {
      clearTimeout(timer);
      sleepers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(ms, MAX_TIMER_MS));
    sleepers.add(wake);
    return promise;
  }
}

/** The fields of a `WireError`, on an error whose stack begins in the harness. */
function toError(failure, error) {
  const frames = failure.stack.split("\n").filter((line) => line.includes(rootUrl));
  return Object.assign(failure, error, { stack: [`Error: ${error.message}`, ...frames].join("\n") });
}

/** A harness imports its own files and nothing else. They are already stripped of types. */
function restrictImports() {
  registerHooks({
    resolve(specifier, context, next) {
      const url = specifier.startsWith("file:") ? specifier : new URL(specifier, context.parentURL).href;
      const relativeOrEntry =
        specifier.startsWith("./") || specifier.startsWith("../") || specifier === `${rootUrl}main.ts`;
      if (!relativeOrEntry || !url.startsWith(rootUrl)) {
        throw new Error(
          `harness code may import only its own files, not "${specifier}" (from ${relative(context.parentURL ?? "?")})`,
        );
      }
      return next(url, context);
    },
    load(url) {
      return { format: "module", source: readFileSync(fileURLToPath(url), "utf8"), shortCircuit: true };
    },
  });
}

/** Whatever is not plain language reaches outside, or makes code from text. */
function hideGlobals() {
  const scope = globalThis;
  for (const name of Object.getOwnPropertyNames(scope)) {
    if (!LANGUAGE.has(name)) delete scope[name];
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
    // A comment lies in a range that ran as well, and would make a patch look used.
    const isComment = /^(?:\/\/|\/\*|\*)/.test(line.slice(first));
    if (first >= 0 && !isComment && countAt(ranges, offset + first) > 0) lines.push(index + 1);
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
