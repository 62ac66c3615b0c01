/** The planted faults: each a folder of `bench/faults/` with a patch of the shipped harness and its story. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseYaml } from "../../../runtime/kernel/config/yaml-file.ts";
import { RatchetError, messageOf } from "../../../runtime/kernel/error.ts";
import { git } from "../../../runtime/kernel/git.ts";
import { packageFile } from "../../../runtime/kernel/package.ts";
import { CONCERNS, type Concern } from "./model/plan.ts";

export interface Fault {
  readonly name: string;
  readonly concern: Concern;
  /** What kind of mistake it is, as the survey of real bugs counts them. */
  readonly kind: string;
  /** Whom it hurt, and how. */
  readonly story: string;
  /** Whether its concern may be looked at while operators are built; fixed before any fault was tried. */
  readonly half: "seen" | "unseen";
  /** Absolute path of the patch. */
  readonly patch: string;
  /** Where the planted text is, in the faulty files. */
  readonly lines: readonly Place[];
}

/** Lines from 1. Where text was only taken out, the lines on both sides of the gap. */
export interface Place {
  /** `harness/loop.ts`. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

const Concerns = z.enum(CONCERNS);
const Story = z.strictObject({ concern: Concerns, kind: z.string(), story: z.string() });
const Families = z.strictObject({ seen: z.array(Concerns), unseen: z.array(Concerns) });

/** All of them, by name. @throws RatchetError when a folder is not what it should be */
export function loadFaults(): Fault[] {
  const root = packageFile("bench/faults");
  const families = parseYaml(readFileSync(join(root, "families.yaml"), "utf8"), "families.yaml", Families);
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => loadFault(join(root, name), name, families)).toSorted(byName);
}

function loadFault(dir: string, name: string, { seen, unseen }: z.infer<typeof Families>): Fault {
  const file = join(dir, "fault.yaml");
  const { concern, kind, story } = parseYaml(readFileSync(file, "utf8"), file, Story);
  const isSeen = seen.includes(concern);
  if (isSeen === unseen.includes(concern))
    throw new RatchetError("config", `${file}: "${concern}" must be in one half of families.yaml`);
  const patch = join(dir, "fault.patch");
  if (!existsSync(patch)) throw new RatchetError("config", `${dir}: there is no fault.patch`);
  const lines = plantedLines(readFileSync(patch, "utf8"));
  return { name, concern, kind, story: story.trim(), half: isSeen ? "seen" : "unseen", patch, lines };
}

/** Plants a fault into `home/harness`. @throws RatchetError when its patch does not apply to the shipped harness any more */
export async function plant(fault: Pick<Fault, "name" | "patch">, home: string): Promise<void> {
  try {
    // The paths begin with a/runtime/genome, which is where the harness stands in the package.
    await git(home).run(["apply", "-p3", "--whitespace=nowarn", fault.patch]);
  } catch (error) {
    throw new RatchetError(
      "config",
      `bench/faults/${fault.name}: the patch does not apply to the harness: ${messageOf(error)}`,
      "The harness has changed there: make the patch anew from the same mistake.",
    );
  }
}

/** Reads the hunks of a unified diff. */
export function plantedLines(patch: string): Place[] {
  const places: Place[] = [];
  let file = "";
  let line = 0;
  let isGap = false;
  for (const text of patch.split("\n")) {
    const named = /^\+\+\+ b\/runtime\/genome\/(\S+)/.exec(text)?.[1];
    const hunk = /^@@ -\S+ \+(\d+)/.exec(text)?.[1];
    if (named !== undefined) file = named;
    else if (hunk !== undefined) line = Number(hunk);
    else if (text.startsWith("+")) {
      add(places, { file, from: line, to: line });
      isGap = false;
      line += 1;
    } else if (text.startsWith("-")) {
      isGap = !text.startsWith("---");
    } else if (text.startsWith(" ")) {
      if (isGap) add(places, { file, from: line - 1, to: line });
      isGap = false;
      line += 1;
    }
  }
  return places;
}

/** Neighbours become one place. */
function add(places: Place[], place: Place): void {
  const last = places.at(-1);
  if (last?.file === place.file && last.to >= place.from - 1)
    places[places.length - 1] = { ...last, to: Math.max(last.to, place.to) };
  else places.push(place);
}

function byName(a: Fault, b: Fault): number {
  return a.name < b.name ? -1 : 1;
}
