import { unshareSandbox } from "./guardrails/sandbox/unshare.ts";
import { runInProcess, skillsOf } from "./test/replay/suites/in-process.ts";
import { readdirSync, rmSync } from "node:fs";
import { run as naive } from "./runtime/genome/templates/naive/harness/main.ts";
import { run as shipped } from "./runtime/genome/harness/main.ts";
const which = process.argv[2];
const dir = "/tmp/skills-" + which; rmSync(dir,{recursive:true,force:true});
const sandbox = unshareSandbox({ unshare: "/usr/bin/unshare", prlimit: "/usr/bin/prlimit", setpriv: "/usr/bin/setpriv" });
const genome = which === "naive" ? { harness: naive, prompts: "runtime/genome/templates/naive/prompts", skills: await skillsOf("naive", dir) } : { harness: shipped, prompts: "runtime/genome/prompts", skills: await skillsOf(undefined, dir) };
let n = 0, h = 0; const t0 = performance.now();
for (const suite of ["chores","chores-heldout"]) for (const t of readdirSync(`/tmp/chores-x/${suite}`).filter(t => t.includes(process.argv[3] ?? ""))) {
  const t1 = performance.now();
  const o = await runInProcess(genome, `/tmp/chores-x/${suite}/${t}`, sandbox);
  if (o.passed) { n++; if (suite !== "chores") h++; }
  console.log(o.passed ? "ok  " : "FAIL", t.padEnd(20), `m${o.modelCalls} t${o.toolCalls} ${(performance.now()-t1).toFixed(0)}ms`, o.passed ? "" : `${o.why} | ${o.said.slice(0,180)}`);
}
console.log(which, n, "of 36; held out", h, (performance.now()-t0).toFixed(0));
