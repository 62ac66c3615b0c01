/**
 * Runs inside the sandbox, in the harness's process: joins the wire on fd 3, loads the harness, runs it, reports how
 * it ended. Plain JavaScript, so that nothing has to be stripped or built at start.
 *
 * Exit codes: 0 finished, 70 the harness threw, 13 it waits for what never comes, 71 the kernel is gone.
 *
 * Told `in-turn`, it runs the harness again for each further hello, loaded anew, so that no module keeps anything from one
 * run to the next, and the frozen language neither. The kernel ends it. A run that cannot be carried on from ends the process as ever.
 *
 * Nothing here protects the kernel: code in this process is not trusted, and the kernel checks every line. The load
 * hooks and the removed globals only repeat, at run time, the rules that were checked before. What is told of the
 * harness, which lines ran, should be true, though: so the language is frozen before any of its code is loaded, and
 * what works here after that are functions that were taken before.
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

/** Reachable by syntax or through members, though their names are gone. */
const HIDDEN = `Function Reflect Atomics SharedArrayBuffer BigInt64Array BigUint64Array Float16Array WeakRef
  FinalizationRegistry SuppressedError DisposableStack AsyncDisposableStack EventTarget Event DOMException`.split(
  /\s+/,
);
/** What of `console` a harness gets; its streams lead to the class of the wire's own socket. */
const PRINTERS = [
  "assert",
  "count",
  "debug",
  "dir",
  "error",
  "group",
  "groupEnd",
  "info",
  "log",
  "table",
  "trace",
  "warn",
];

const { stringify, parse } = JSON;
const { assign } = Object;
const { min } = Math;
const resolved = Promise.resolve.bind(Promise);
const withResolvers = Promise.withResolvers.bind(Promise);
const byteLength = Buffer.byteLength;
const exit = process.exit.bind(process);
const now = performance.now.bind(performance);
/** Turns a method into a function of its object, which later changes to prototypes do not reach. */
const method = Function.prototype.call.bind.bind(Function.prototype.call);
const get = method(Map.prototype.get);
const set = method(Map.prototype.set);
const drop = method(Map.prototype.delete);
const forget = method(Map.prototype.clear);
const add = method(Set.prototype.add);
const remove = method(Set.prototype.delete);
const forEach = method(Set.prototype.forEach);
const push = method(Array.prototype.push);
const pop = method(Array.prototype.pop);
const splice = method(Array.prototype.splice);
const join = method(Array.prototype.join);
const split = method(String.prototype.split);
/** @type {(text: string, from: number, to?: number) => string} */
const slice = method(String.prototype.slice);
const startsWith = method(String.prototype.startsWith);
const includes = method(String.prototype.includes);
const indexOf = method(String.prototype.indexOf);
/** @type {(text: string, from: string, to: string) => string} */
const replaceAll = method(String.prototype.replaceAll);
const search = method(RegExp.prototype[Symbol.search]);
const test = method(RegExp.prototype.test);
const then = method(Promise.prototype.then);

const root = process.argv[2];
const inTurn = process.argv[3] === "in-turn";
const rootUrl = `${pathToFileURL(root)}/`;
let began = now();

/** Which lines ran, nobody asks of runs in turn, and the counters take their time. */
const profiler = inTurn ? undefined : startCoverage();
const wire = openWire();
let hello = await wire.hello();
restrictImports();
freezeLanguage();
hideGlobals();
let reporting = false;
/** Of the URLs of the modules of this run: another one makes another module of the same file. Empty for the first run. */
let version = "";
process.on("uncaughtException", (error) => leave(THREW, describe(error)));
// Nothing is left to wait for, and `run` has not returned.
process.on("beforeExit", () => leave(WAITS_FOR_EVER, NEVER_SETTLED));
for (let next = 2; ; next++) {
  const code = await runOnce();
  if (!inTurn) exit(code);
  hello = await wire.hello();
  began = now();
  version = `?${next}`;
  reporting = false;
}

/** Runs the harness, and tells the kernel how it ended. */
async function runOnce() {
  const asking = wire.open();
  try {
    await wire.request("finish", await runHarness(asking));
    await report(undefined, asking);
    return FINISHED;
  } catch (error) {
    await report(describe(error), asking);
    return THREW;
  }
}

async function runHarness(asking) {
  const { run } = await import(`${rootUrl}main.ts${version}`);
  if (typeof run !== "function") throw new TypeError("harness/main.ts does not export a function named run");
  return run(kernel(asking));
}

/** Nothing can follow on this. */
async function leave(code, error) {
  await report(error, undefined);
  exit(code);
}

/** Tells how the run ended, once. Whoever tries in vain is not answered: somebody else ends the process. */
async function report(error, asking) {
  if (reporting) return withResolvers().promise;
  reporting = true;
  if (inTurn) asking?.close();
  await wire.request("exit", { error, coverage: profiler && takeCoverage(profiler) });
}

function describe(error) {
  const message = String(error?.message ?? error);
  const stack = relative(String(error?.stack ?? ""));
  return { message: slice(message, 0, 10_000), stack: slice(stack, 0, 20_000) };
}

/** The `Kernel` of protocol.ts. */
function kernel({ request, sleep }) {
  return {
    hello,
    model: { create: (params) => request("model.create", params) },
    tools: { call: (call) => request("tools.call", call) },
    skills: {
      search: (query, limit, ranking) => request("skills.search", { query, limit, ranking }),
      load: (name) => request("skills.load", { name }),
    },
    lessons: {
      search: (query, limit, ranking) => request("lessons.search", { query, limit, ranking }),
    },
    note: (kind, data) => then(request("note", { kind, data }), () => undefined),
    get aborted() {
      return wire.aborted;
    },
    takeSteering: () => splice(wire.steering, 0),
    sleep,
    elapsed: () => now() - began,
  };
}

function openWire() {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  const [ref, unref, write] = [socket.ref, socket.unref, socket.write].map((call) => call.bind(socket));
  const pending = new Map();
  const sleepers = new Set();
  const hellos = [];
  let greet;
  const wire = { hello: nextHello, aborted: false, steering: [], request, open };
  let waiting = 0;
  let next = 1;
  let parts = [];
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const lines = split(chunk, "\n");
    const last = pop(lines);
    for (let i = 0; i < lines.length; i++) {
      receive(parse(join(parts, "") + lines[i]));
      parts = [];
    }
    push(parts, last);
  });
  // Without a kernel there is nobody to work for.
  socket.on("error", () => exit(NO_KERNEL));
  socket.on("close", () => exit(NO_KERNEL));
  return wire;

  function nextHello() {
    wire.aborted = false;
    wire.steering = [];
    const { promise, resolve } = withResolvers();
    if (hellos.length > 0) resolve(pop(hellos));
    else {
      greet = resolve;
      ref();
    }
    return promise;
  }

  /** What one run may ask. Closed, nothing that it left behind is heard or woken any more. */
  function open() {
    let closed = false;
    return {
      request: (name, params) => (closed ? withResolvers().promise : request(name, params)),
      sleep: (ms) => (closed ? withResolvers().promise : sleep(ms)),
      close() {
        closed = true;
        forEach(sleepers, (sleeper) => {
          clearTimeout(sleeper.timer);
          remove(sleepers, sleeper);
        });
        forget(pending);
        waiting = 0;
      },
    };
  }

  function request(name, params) {
    const { promise, resolve, reject } = withResolvers();
    // Made here, so that its stack tells which line of the harness asked.
    const failure = new Error();
    // Taken before the parameters are written: to write them may run code of the harness that asks for something.
    const id = next++;
    try {
      const line = `${stringify({ id, method: name, params })}\n`;
      if (byteLength(line) > MAX_LINE_BYTES)
        throw new RangeError(`${name}: the request is longer than ${MAX_LINE_BYTES} bytes`);
      set(pending, id, { resolve, reject, failure });
      waiting++;
      ref();
      write(line);
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  function receive(message) {
    if (message.type === "hello") {
      if (greet === undefined) push(hellos, message);
      else greet(message);
      greet = undefined;
    } else if (message.type === "steer") push(wire.steering, message.text);
    else if (message.type === "abort") {
      wire.aborted = true;
      forEach(sleepers, ({ wake }) => wake());
    } else settle(message);
    // Only an answer that is due keeps the process alive, so that waiting for nothing is noticed.
    if (waiting === 0) unref();
  }

  function settle({ id, result, error }) {
    const asked = get(pending, id);
    if (drop(pending, id)) waiting--;
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(toError(asked.failure, error));
  }

  function sleep(ms) {
    if (wire.aborted) return resolved();
    const { promise, resolve } = withResolvers();
    const sleeper = { wake, timer: setTimeout(wake, min(ms, MAX_TIMER_MS)) };
    add(sleepers, sleeper);
    return promise;

    function wake() {
      clearTimeout(sleeper.timer);
      remove(sleepers, sleeper);
      resolve();
    }
  }
}

/** The fields of a `WireError`, on an error whose stack begins in the harness. */
function toError(failure, error) {
  const lines = split(failure.stack, "\n");
  const frames = [`Error: ${error.message}`];
  for (let i = 0; i < lines.length; i++) if (includes(lines[i], rootUrl)) push(frames, lines[i]);
  return assign(failure, error, { stack: join(frames, "\n") });
}

/** A harness imports its own files and nothing else. They are already stripped of types. */
function restrictImports() {
  const Url = URL;
  registerHooks({
    resolve(specifier, context, next) {
      const isEntry = specifier === `${rootUrl}main.ts${version}`;
      const url = isEntry
        ? specifier
        : versioned(new Url(specifier, context.parentURL).href, context.parentURL);
      const relativeOrEntry = startsWith(specifier, "./") || startsWith(specifier, "../") || isEntry;
      if (!relativeOrEntry || !startsWith(url, rootUrl)) {
        throw new Error(
          `harness code may import only its own files, not "${specifier}" (from ${relative(context.parentURL ?? "?")})`,
        );
      }
      return next(url, context);
    },
    load(url) {
      const source = readFileSync(fileURLToPath(url), "utf8");
      // The coverage of this file would be told as that of another.
      if (test(/[#@]\s*sourceURL/, source))
        throw new Error(`${relative(url)} names another file as its source`);
      return { format: "module", source: `${source}${unversioned(url)}`, shortCircuit: true };
    },
  });
}

/** The URL of what a module of some run imports: it is of the same run, also when the run is over. */
function versioned(url, parentURL) {
  const at = parentURL === undefined ? -1 : indexOf(parentURL, "?");
  return at < 0 || includes(url, "?") ? url : url + slice(parentURL, at);
}

/** Stacks name a module of a later run as they do that of the first, to the harness as well. */
function unversioned(url) {
  const at = indexOf(url, "?");
  return at < 0 ? "" : `\n//# sourceURL=${slice(url, 0, at)}`;
}

/**
 * No code of the harness can change what another file, or this one, finds the language to be, or keep something on it for
 * the next run: constructors, prototypes, namespaces and every function in them are frozen. Not what node keeps behind its
 * own objects, such as the lists of an AbortSignal: a harness that digs for them can tell one run in turn from another.
 */
function freezeLanguage() {
  const scope = globalThis;
  const { freeze, getPrototypeOf, defineProperty, getOwnPropertyDescriptor } = Object;
  const { ownKeys } = Reflect;
  scope.console = bareConsole(scope.console);
  if (inTurn) forgetMatches(scope.RegExp);
  const found = new Set();
  const collect = (value) => {
    for (let at = value; at !== null && !found.has(at); at = getPrototypeOf(at)) {
      if (typeof at !== "object" && typeof at !== "function") return;
      found.add(at);
      for (const key of ownKeys(at)) {
        const own = getOwnPropertyDescriptor(at, key);
        collect(own.value ?? null);
        collect(own.get ?? null);
        collect(own.set ?? null);
      }
    }
  };
  for (const name of [...LANGUAGE, ...HIDDEN]) collect(scope[name] ?? null);
  for (const name of Object.getOwnPropertyNames(Intl)) collect(Intl[name]);
  for (const value of unnamed()) {
    collect(value);
    collect(value.constructor);
  }
  for (const holder of [
    Object,
    Function,
    ...[...LANGUAGE].filter((name) => name.endsWith("Error")).map((name) => scope[name]),
  ])
    allowOverrides(holder.prototype);
  for (const value of found) freeze(value);
  for (const name of LANGUAGE)
    defineProperty(scope, name, { value: scope[name], writable: false, configurable: false });
}

/** `RegExp.$1` and the like tell of the last match, of whatever run it was, and `RegExp.input` takes any text. */
function forgetMatches(RegExp) {
  for (const name of Object.getOwnPropertyNames(RegExp))
    if (/^(?:\$.|input|last(?:Match|Paren)|(?:left|right)Context)$/.test(name)) delete RegExp[name];
}

/** Samples of what syntax and methods make without a name. Not those of Intl.Segmenter: they cost 8 ms, and nothing here segments. */
function unnamed() {
  const [plain, later, each, eachLater] = [() => 0, async () => 0, function* () {}, async function* () {}];
  const list = [].values();
  return [
    plain,
    later,
    each,
    eachLater,
    each(),
    eachLater(),
    list,
    list.map(plain),
    Iterator.from({ next: plain }),
    new Map().values(),
    new Set().values(),
    ""[Symbol.iterator](),
    "".matchAll(/x/g),
    new Uint8Array(),
    new URLSearchParams().values(),
  ];
}

/** A frozen property could not be shadowed by assignment, `error.name = …`, as ordinary code does. */
function allowOverrides(prototype) {
  const { defineProperty, getOwnPropertyDescriptors, hasOwn } = Object;
  for (const [name, { value, writable, enumerable }] of Object.entries(
    getOwnPropertyDescriptors(prototype),
  )) {
    if (!writable) continue;
    defineProperty(prototype, name, {
      get: () => value,
      set(own) {
        if (this === prototype) throw new TypeError(`the language is frozen: ${name} cannot be assigned`);
        if (hasOwn(this, name)) this[name] = own;
        else defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true });
      },
      enumerable,
      configurable: false,
    });
  }
}

function bareConsole(whole) {
  const bare = {};
  for (const name of PRINTERS) bare[name] = whole[name].bind(whole);
  return bare;
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
  for (let i = 0; i < result.length; i++) {
    const { url, functions } = result[i];
    if (!startsWith(url, rootUrl)) continue;
    const source = readFileSync(fileURLToPath(url), "utf8");
    files[`harness/${slice(url, rootUrl.length)}`] = executedLines(source, functions);
  }
  return files;
}

function executedLines(source, functions) {
  const ranges = [];
  for (let i = 0; i < functions.length; i++) push(ranges, ...functions[i].ranges);
  const lines = [];
  const texts = split(source, "\n");
  let offset = 0;
  for (let i = 0; i < texts.length; i++) {
    const line = texts[i];
    const first = search(/[^\s})\];,]/, line);
    // A comment lies in a range that ran as well, and would make a patch look used.
    const isComment = test(/^(?:\/\/|\/\*|\*)/, slice(line, first));
    if (first >= 0 && !isComment && countAt(ranges, offset + first) > 0) push(lines, i + 1);
    offset += line.length + 1;
  }
  return lines;
}

function countAt(ranges, offset) {
  let innermost;
  for (let i = 0; i < ranges.length; i++) {
    const { startOffset, endOffset, count } = ranges[i];
    if (startOffset > offset || endOffset <= offset) continue;
    const size = endOffset - startOffset;
    if (innermost === undefined || size <= innermost.size) innermost = { size, count };
  }
  return innermost?.count ?? 0;
}

/** Genome paths instead of those inside the sandbox. A module that does not parse is named by its URL. */
function relative(text) {
  const paths = replaceAll(text, rootUrl, "harness/");
  return version === "" ? paths : replaceAll(paths, `.ts${version}`, ".ts");
}
