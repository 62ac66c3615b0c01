/** Decides whether a run solved its task. Whatever keeps it from deciding is `error`, never a pass. */
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../error.ts";
import { resolveBelow } from "../tools/place.ts";
import { codeOf } from "../workspace/dir.ts";
import { withParent } from "../workspace/files.ts";
import { compare } from "./compare.ts";
import { changedProtected } from "./protect.ts";
import { runCheck } from "./run-check.ts";
import type { Check } from "./task.ts";
import type { Checked, Verification, VerifyOptions } from "./verification.ts";

/** Largest file that is compared, in bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Never rejects. Every check is made, so that the detail is complete; none when what they rely on was changed. */
export async function verifyTask(options: VerifyOptions): Promise<Verification> {
  const began = performance.now();
  const obstacle = checkProtected(options);
  if (obstacle !== undefined) {
    return { ...obstacle, detail: `${obstacle.verdict}: ${obstacle.detail}`, ms: performance.now() - began };
  }
  const results: Checked[] = [];
  for (const check of options.task.task.verify) {
    try {
      results.push(await runOne(check, options));
    } catch (error) {
      results.push({ verdict: "error", detail: `the check broke: ${messageOf(error)}` });
    }
  }
  const verdict = worst(results.map((result) => result.verdict));
  return {
    verdict,
    detail: results.map(({ verdict, detail }) => `${verdict}: ${detail}`).join("\n"),
    ms: performance.now() - began,
  };
}

function checkProtected({ task, workspace }: VerifyOptions): Checked | undefined {
  try {
    const changed = changedProtected(task, workspace);
    return changed === undefined ? undefined : { verdict: "fail", detail: changed };
  } catch (error) {
    return { verdict: "error", detail: `protected files cannot be compared: ${messageOf(error)}` };
  }
}

/** No check at all is no success. */
function worst(verdicts: readonly Verification["verdict"][]): Verification["verdict"] {
  if (verdicts.length === 0 || verdicts.includes("error")) return "error";
  return verdicts.includes("fail") ? "fail" : "pass";
}

async function runOne(check: Check, options: VerifyOptions): Promise<Checked> {
  if ("command" in check) return runCheck(check.command, options);
  return "absent" in check ? checkAbsent(check.absent, options) : checkFile(check, options);
}

function checkAbsent(path: string, { workspace }: VerifyOptions): Checked {
  const found = look(workspace, path);
  if (found === "missing") return { verdict: "pass", detail: `${path} is absent` };
  return { verdict: "fail", detail: `${path} should be absent and is there` };
}

/** Whether anything has this name, links included; a folder on the way that is a link is not followed. */
function look(workspace: string, path: string): "there" | "missing" {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  try {
    return withParent(workspace, names, false, (dir, name) =>
      dir.stat(name) === undefined ? "missing" : "there",
    );
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "missing";
    return "there";
  }
}

function checkFile(check: Extract<Check, { file: string }>, { task, workspace }: VerifyOptions): Checked {
  const truth = readBelow(join(task.dir, "verify"), check.equals);
  if (typeof truth === "string") return { verdict: "error", detail: `verify/${check.equals} ${truth}` };
  const found = readBelow(workspace, check.file);
  if (typeof found === "string") return { verdict: "fail", detail: `${check.file} ${found}` };
  const comparison = compare(check.as, found, truth);
  switch (comparison.kind) {
    case "same":
      return { verdict: "pass", detail: `${check.file} is as expected` };
    case "different":
      return { verdict: "fail", detail: `${check.file}: ${comparison.detail}` };
    case "broken_truth":
      return { verdict: "error", detail: `verify/${check.equals}: ${comparison.detail}` };
    default:
      return comparison satisfies never;
  }
}

/** The bytes of a regular file, or why there are none. Links are followed while they stay below the root. */
function readBelow(root: string, path: string): Buffer | string {
  const place = resolveBelow(root, path);
  if (place.kind === "outside") return "leads out of its folder";
  try {
    const fd = withParent(place.rootDir, place.names, false, (dir, name) => dir.openFile(name));
    try {
      const { size } = fstatSync(fd);
      return size > MAX_FILE_BYTES ? `has ${size} bytes, more than are compared` : readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code === "ENOENT" ? "is missing" : `cannot be read (${code})`;
  }
}
