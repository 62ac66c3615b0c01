/* Loads the program. Apart from launch.cjs because an old node could not even parse the import below. */
"use strict";

const fs = require("node:fs");
const { enableCompileCache } = require("node:module");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

exports.start = function start(args) {
  const main = program();
  enableCompileCache();
  import(pathToFileURL(main).href)
    .then((module) => module.main(args))
    .catch((error) => {
      process.stderr.write(`agent: ${error?.stack ?? error}\n`);
      process.exitCode = 5;
    });
};

/** The source in a clone, where node strips the types; the compiled program in a package, where node may not. */
function program() {
  const source = path.join(__dirname, "main.ts");
  const installed = __dirname.split(path.sep).includes("node_modules");
  return !installed && fs.existsSync(source)
    ? source
    : path.join(__dirname, "..", "..", "dist", "runtime", "cli", "main.js");
}
