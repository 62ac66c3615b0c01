/** The one line of text that the model writes with its calls, and finds its place from. */
import { z } from "zod";

export interface Place {
  readonly skill: string;
  /** From 1. */
  readonly step: number;
  /** Inputs and captured values. */
  readonly values: ReadonlyMap<string, string>;
  /** Loops that are begun or still to come, outermost first. */
  readonly loops: readonly LoopPlace[];
  /** The command of a lesson whose result is awaited, in place of the step's own calls. */
  readonly run: { readonly command: string; readonly after: "repeat" | "go_on" } | undefined;
  /** How often each lesson was used for this step. */
  readonly lessons: ReadonlyMap<string, number>;
  /** Tool names that turned out to be spelt differently. */
  readonly tools: ReadonlyMap<string, string>;
  /** Skills that failed before this one was taken up. */
  readonly failed: readonly string[];
  /** Calls made so far: their ids are numbered. */
  readonly calls: number;
}

export interface LoopPlace {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly begun: boolean;
  readonly left: readonly string[];
}

/** `[skill NAME · step K · {…}]`. Values stand under their names, everything else under names with a `$`. */
export function writePlace(place: Place): string {
  const notes = {
    ...Object.fromEntries(place.values),
    ...(place.loops.length > 0 ? { $loops: place.loops } : {}),
    ...(place.run !== undefined ? { $run: place.run } : {}),
    ...(place.lessons.size > 0 ? { $lessons: Object.fromEntries(place.lessons) } : {}),
    ...(place.tools.size > 0 ? { $tools: Object.fromEntries(place.tools) } : {}),
    ...(place.failed.length > 0 ? { $failed: place.failed } : {}),
    $calls: place.calls,
  };
  return `[skill ${place.skill} · step ${place.step} · ${JSON.stringify(notes)}]`;
}

/** The last such line in a text. A line that was cut or rewritten is none. */
export function findPlace(text: string): Place | undefined {
  for (
    let at = text.lastIndexOf("[skill ");
    at !== -1;
    at = at === 0 ? -1 : text.lastIndexOf("[skill ", at - 1)
  ) {
    const [line = ""] = text.slice(at).split(/[\r\n]/, 1);
    const place = readPlace(line);
    if (place !== undefined) return place;
  }
  return undefined;
}

const Notes = z
  .object({
    $loops: z
      .array(
        z.object({
          name: z.string(),
          from: z.int(),
          to: z.int(),
          begun: z.boolean(),
          left: z.array(z.string()),
        }),
      )
      .default([]),
    $run: z.object({ command: z.string(), after: z.enum(["repeat", "go_on"]) }).optional(),
    $lessons: z.record(z.string(), z.int().nonnegative()).default({}),
    $tools: z.record(z.string(), z.string()).default({}),
    $failed: z.array(z.string()).default([]),
    $calls: z.int().nonnegative().default(0),
  })
  .catchall(z.string());

function readPlace(line: string): Place | undefined {
  const [, skill, step, json] = /^\[skill (.+?) · step ([1-9]\d{0,5}) · (\{.*\})\]/.exec(line) ?? [];
  if (skill === undefined || json === undefined) return undefined;
  const notes = Notes.safeParse(parseJson(json));
  if (!notes.success) return undefined;
  const { $loops, $run, $lessons, $tools, $failed, $calls, ...values } = notes.data;
  return {
    skill,
    step: Number(step),
    values: new Map(Object.entries(values)),
    loops: $loops,
    run: $run,
    lessons: new Map(Object.entries($lessons)),
    tools: new Map(Object.entries($tools)),
    failed: $failed,
    calls: $calls,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
