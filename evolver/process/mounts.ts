/** What a process for questions can see: node, the code that it runs, the packages which that imports. Nothing of a home. */
import { readdirSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { mountOf, nodeMount } from "../../guardrails/sandbox/mounts.ts";
import type { Mount } from "../../guardrails/sandbox/sandbox.ts";
import { packageFile } from "../../runtime/kernel/package.ts";
import { packagesOf } from "./packages.ts";

export interface Code {
  readonly mounts: readonly Mount[];
  /** Mount target of the file to start. */
  readonly main: string;
}

/**
 * The same from a clone, where node strips the types (it would not below `node_modules`), and from the compiled package.
 * `tasks`, `.agent`, the suites and the tests lie beside what is mounted, also where a clone is a home of its own.
 * @param entry file to start instead of the package's own; only this file is shown of its folder
 * @throws RatchetError (infrastructure) when a package is missing
 */
export function codeMounts(entry?: string): Code {
  shared ??= sharedMounts();
  if (entry === undefined) return { mounts: shared, main: inside("evolver/process/main", ENDING) };
  const target = `/entry/main${extname(entry)}`;
  return { mounts: [...shared, mountOf(entry, target, "read")], main: target };
}

let shared: readonly Mount[] | undefined;

const ROOT = "/ratchet";
/** `.ts` in a clone, `.js` in the compiled package. */
const ENDING = extname(import.meta.filename);
/** The clone, or `dist` of the package. */
const CODE = resolve(import.meta.dirname, "../..");
const FOLDERS = ["evolver", "guardrails", "runtime/kernel"];
/** What the code in {@link FOLDERS} imports when it proposes or checks; `typescript` is started, not imported. */
const PACKAGES = ["diff", "ts-morph", "typescript", "yaml", "zod"];

function sharedMounts(): Mount[] {
  return [
    nodeMount(),
    mountOf(packageFile("package.json"), `${ROOT}/package.json`, "read"),
    ...[...FOLDERS, ...skillFiles()].map((path) => mountOf(join(CODE, path), inside(path), "read")),
    ...[...packagesOf(PACKAGES, packageFile())].map(([name, folder]) =>
      mountOf(folder, `${ROOT}/node_modules/${name}`, "read"),
    ),
  ];
}

/** The library alone: beside it, in a clone, lie the skills. */
function skillFiles(): string[] {
  return readdirSync(join(CODE, "skills"))
    .filter((name) => extname(name) === ENDING)
    .map((name) => `skills/${name}`);
}

function inside(path: string, ending = ""): string {
  return join(ROOT, relative(packageFile(), CODE), `${path}${ending}`);
}
