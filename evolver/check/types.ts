/** Type-checks a harness by itself, with the protocol's types and nothing else in reach. */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../guardrails/finding.ts";
import { compilerPath } from "./compiler.ts";

const LONGEST_MS = 30_000;
const MOST_FINDINGS = 20;

/**
 * Findings of `tsc` for the files of a harness folder, by file name. One process for all files: about 100 ms.
 * @throws when the compiler is missing, dies or takes longer than 30 s
 */
export async function checkTypes(
  harness: ReadonlyMap<string, string>,
  protocolTypes: string,
  signal?: AbortSignal,
): Promise<Finding[]> {
  // Without it every file has the same fault as its parent, and a comparison with the parent would find nothing new.
  await access(protocolTypes).catch((error: unknown) => {
    throw new Error(`type check: the protocol's types are missing: ${protocolTypes}`, { cause: error });
  });
  const folder = await mkdtemp(join(tmpdir(), "ratchet-types-"));
  try {
    await writeProject(folder, harness, protocolTypes);
    const output = await compile(folder, signal);
    return output === "" ? [] : findingsIn(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(
  folder: string,
  harness: ReadonlyMap<string, string>,
  protocolTypes: string,
): Promise<void> {
  await mkdir(join(folder, "harness"));
  const tsconfig = {
    compilerOptions: { ...OPTIONS, paths: { "ratchet-agent/protocol": [protocolTypes] } },
    include: ["harness"],
  };
  await Promise.all([
    writeFile(join(folder, "package.json"), '{"type":"module"}'),
    writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig)),
    ...[...harness].map(([name, text]) => writeFile(join(folder, "harness", name), text)),
  ]);
}

/** As strict as the package itself, save for what is taste. No types of node: the harness cannot reach node. */
const OPTIONS = {
  target: "es2024",
  lib: ["es2024", "esnext.collection", "esnext.iterator"],
  module: "nodenext",
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noFallthroughCasesInSwitch: true,
  // Node strips types: what it cannot strip must fail here and not in the sandbox.
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

async function compile(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const { command, args } = compilerPath();
  return await new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      timeout: LONGEST_MS,
      maxBuffer: 4 << 20,
      killSignal: "SIGKILL" as const,
      env: {},
      ...(signal && { signal }),
    };
    execFile(command, [...args, "-p", ".", "--pretty", "false"], options, (error, stdout, stderr) => {
      // tsc exits with 1 or 2 when it has findings, and says them on stdout.
      if (!error || (typeof error.code === "number" && stdout !== "")) return resolve(stdout);
      reject(
        new Error(`type check: ${command} did not run to its end: ${error.message} ${stderr}`.trim(), {
          cause: error,
        }),
      );
    });
  });
}

/** @throws when the output cannot be read: an unknown message must not look like a clean check */
function findingsIn(output: string): Finding[] {
  const findings: Finding[] = [];
  for (const line of output.split("\n").filter((text) => text.trim() !== "")) {
    const match = /^(?:harness\/)?([^(\s]+)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line);
    const last = findings.at(-1);
    if (match)
      findings.push({
        check: "types",
        path: match[1] ?? "",
        line: Number(match[2]),
        message: match[3] ?? "",
      });
    else if (line.startsWith(" ") && last)
      findings[findings.length - 1] = { ...last, message: `${last.message} ${line.trim()}` };
    else if (line.startsWith("error "))
      throw new Error(`type check: tsc could not check the harness: ${line}`);
  }
  if (findings.length === 0)
    throw new Error(`type check: tsc failed with an output that is not understood: ${output.slice(0, 200)}`);
  return findings.slice(0, MOST_FINDINGS);
}
