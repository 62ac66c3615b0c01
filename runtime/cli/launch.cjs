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

if (args.length === 0 || (args.length === 1 && (args[0] === "--help" || args[0] === "-h"))) {
  // The text never changes between builds, so nobody has to wait for a program to print it.
  process.stdout.write(fs.readFileSync(path.join(here, "help.txt"), "utf8"));
  } else if (args.length === 1 && args[0] === "--version") {
  process.stdout.write(require("../../package.json").version + "\n");
} else if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  require("./start.cjs").start(args);
} else {
  handOver();
}

/** Runs the node that npm installed beside Ratchet, and ends as it ends. */
function handOver() {
  var node = findNode();
  if (node === undefined) {
    fail(
      "Ratchet needs node " + NEEDED + " or newer; this is " + process.version + ", and the one that npm installs with it " +
        "is missing.\n  Do this: npm ci (its install scripts must be allowed to run), or install node " + NEEDED + ".",
    );
    return;
  }
  var child = require("child_process").spawn(node, [__filename].concat(args), { stdio: "inherit" });
  // A terminal sends Ctrl-C to both; the child decides what it means.
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on("error", function (error) {
    fail(node + " could not be started: " + error.message);
  });
  child.on("exit", function (code, signal) {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else {
      process.exitCode = code === null ? 5 : code;
    }
  });
}

function findNode() {
  var folder = here;
  for (;;) {
    var candidate = path.join(folder, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
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
