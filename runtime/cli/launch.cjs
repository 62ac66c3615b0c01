#!/usr/bin/env node
/*
 * Starts Ratchet with a Node.js that is new enough. Plain old JavaScript on purpose: it must parse, and explain
 * itself, on whatever node the machine has.
 */
"use strict";

var fs = require("fs");
var path = require("path");

var NEEDED = 24;
var args = process.argv.slice(2);
var here = __dirname;

[process.stdout, process.stderr].forEach(function (stream) {
  stream.on("error", readerIsGone);
});

if (
  args.length === 0 ||
  (args.length === 1 && (args[0] === "--help" || args[0] === "-h" || args[0] === "help"))
) {
  // The text never changes between builds, so nobody has to wait for a program to print it.
  process.stdout.write(fs.readFileSync(path.join(here, "help.txt"), "utf8"));
} else if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(require("../../package.json").version + "\n");
} else if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  require("./start.cjs").start(args);
} else {
  handOver();
}

/** `agent runs | head -1`: what nobody reads any more is no reason to fail, nor to leave work half done. */
function readerIsGone(error) {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

/** Runs the node that npm installed beside Ratchet, and ends as it ends. */
function handOver() {
  var node = findNode();
  if (node === undefined) {
    fail(
      "Ratchet needs node " +
        NEEDED +
        " or newer; this is " +
        process.version +
        ", and the one that npm installs with it " +
        "is missing.\n  Do this: npm ci (its install scripts must be allowed to run), or install node " +
        NEEDED +
        ".",
    );
    return;
  }
  var child = require("child_process").spawn(node, [__filename].concat(args), { stdio: "inherit" });
  forward(child);
  child.on("error", function (error) {
    fail(node + " could not be started: " + error.message);
  });
  child.on("exit", function (code, signal) {
    if (signal !== null) {
      var own = signal === "SIGUSR2" ? "SIGINT" : signal;
      process.removeAllListeners(own);
      process.kill(process.pid, own);
    } else {
      process.exitCode = code === null ? 5 : code;
    }
  });
}

/**
 * A terminal sends Ctrl-C to both processes, `kill` to one. The child must tell one Ctrl-C that comes twice from two, so
 * it gets an interrupt from here under another name.
 */
function forward(child) {
  var onward = {
    SIGINT: process.platform === "win32" ? "SIGINT" : "SIGUSR2",
    SIGTERM: "SIGTERM",
    SIGHUP: "SIGHUP",
  };
  Object.keys(onward).forEach(function (signal) {
    process.on(signal, function () {
      child.kill(onward[signal]);
    });
  });
}

function findNode() {
  var folder = here;
  for (;;) {
    var candidate = path.join(
      folder,
      "node_modules",
      "node",
      "bin",
      process.platform === "win32" ? "node.exe" : "node",
    );
    if (fs.existsSync(candidate)) return candidate;
    var parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function fail(message) {
  process.stderr.write("agent: " + message + "\n");
  process.exitCode = 5;
}
