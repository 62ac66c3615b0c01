/** Takes cases out of the bank and puts them back: by a person, with a reason, and everything that was decided is kept. */
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Documents } from "../release/receipts.ts";
import type { KeptCase } from "./kept-case.ts";

/** Why and when a case was retired. */
export interface Retirement {
  readonly why: string;
  /** ISO time. */
  readonly at: string;
}

/**
 * Retires this state of the task. A later state of it that a patch fixes is a case again.
 * @returns whether that changed anything: what is retired already stays so, for the reason that it was
 * @throws RatchetError (usage) without a reason
 */
export async function retireCase(
  store: Documents,
  kept: KeptCase,
  why: string,
  now = new Date(),
): Promise<boolean> {
  if (why.trim() === "") {
    throw new RatchetError(
      "usage",
      `${kept.task} stays: a case is retired with a reason only`,
      `agent bank retire ${kept.task} "the task was wrong"`,
    );
  }
  return decide(store, kept, { kind: "retired", why, at: now.toISOString() });
}

/** Puts a retired case back. @returns whether that changed anything: it did not when the case was not retired */
export async function restoreCase(store: Documents, kept: KeptCase, now = new Date()): Promise<boolean> {
  return decide(store, kept, { kind: "restored", why: "", at: now.toISOString() });
}

/**
 * Tells of each case whether it is retired.
 * @throws RatchetError (infrastructure) when the store holds something else under that name: an unknown retirement is none
 */
export async function retirementsOf(store: Documents): Promise<(kept: KeptCase) => Retirement | undefined> {
  const all = new Map((await store.list(RETIRED)).map(({ key, value }) => [key, parse(key, value)]));
  return (kept) => {
    const last = all.get(keyOf(kept))?.at(-1);
    return last?.kind === "retired" ? { why: last.why, at: last.at } : undefined;
  };
}

/** Collection with the decisions on each case, oldest first. */
const RETIRED = "bank-retired";

const Decision = z.object({ kind: z.enum(["retired", "restored"]), why: z.string(), at: z.string() });
type Decision = z.infer<typeof Decision>;

async function decide(store: Documents, kept: KeptCase, decision: Decision): Promise<boolean> {
  const key = keyOf(kept);
  const earlier = parse(key, (await store.get(RETIRED, key)) ?? []);
  if ((earlier.at(-1)?.kind ?? "restored") === decision.kind) return false;
  await store.put(RETIRED, key, [...earlier, decision]);
  return true;
}

function keyOf({ task, tree }: KeptCase): string {
  return `${task}@${tree}`;
}

function parse(key: string, value: unknown): Decision[] {
  const read = z.array(Decision).safeParse(value);
  if (read.success) return read.data;
  throw new RatchetError(
    "infrastructure",
    `the retirement of ${key} cannot be read: ${z.prettifyError(read.error)}`,
  );
}
