/**
 * The regression bank: what promoted patches fixed, and what made the watch take a release back, as cases for ever.
 *
 * It is derived from the receipts, so that no half-made state can exist: a case is in the bank exactly when the move of the
 * release that brought it is done. Only a person takes a case out, and says why.
 */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { readReceipts, settleReceipts, type Documents, type Receipt } from "../release/receipts.ts";
import { openCase } from "./keep-case.ts";
import type { KeptCase } from "./kept-case.ts";
import { retirementsOf, type Retirement } from "./retire.ts";

/** A case with the move of the release that brought it. */
export interface BankEntry {
  readonly kept: KeptCase;
  /** The receipt that brought this state of the task first. */
  readonly receipt: Receipt;
  /** Undefined while it counts. */
  readonly retired: Retirement | undefined;
}

/** A case that counts. One that cannot be had is told, never left out: nobody can say then that it still passes. */
export type BankCase =
  | { readonly kind: "ready"; readonly kept: KeptCase; readonly task: TaskOnDisk }
  | { readonly kind: "unreadable"; readonly kept: KeptCase; readonly why: string };

/**
 * The cases that a candidate must keep intact, by the name of their task.
 * @throws RatchetError (infrastructure) when the receipts or the retirements cannot be read
 */
export async function bankOf(home: Home, store: Documents): Promise<BankCase[]> {
  const entries = await listBank(home, store);
  return Promise.all(
    entries
      .filter(({ retired }) => retired === undefined)
      .map(async ({ kept }): Promise<BankCase> => {
        try {
          return { kind: "ready", kept, task: await openCase(home, kept) };
        } catch (error) {
          return { kind: "unreadable", kept, why: messageOf(error) };
        }
      }),
  );
}

/**
 * Every case of the bank, retired ones too, by the name of their task. Of a task that was kept in several states only the
 * newest is a case; when that one is retired, the task has none.
 * @throws RatchetError (infrastructure) when the receipts or the retirements cannot be read
 */
export async function listBank(home: Home, store: Documents): Promise<BankEntry[]> {
  await settleReceipts(home.dir, store);
  const retirements = await retirementsOf(store);
  const newest = new Map<string, { kept: KeptCase; receipt: Receipt }>();
  for (const receipt of await readReceipts(store)) {
    if (receipt.state !== "done") continue;
    for (const kept of receipt.cases)
      if (newest.get(kept.task)?.kept.tree !== kept.tree) newest.set(kept.task, { kept, receipt });
  }
  return [...newest.values()]
    .map(({ kept, receipt }) => ({ kept, receipt, retired: retirements(kept) }))
    .toSorted((a, b) => (a.kept.task < b.kept.task ? -1 : 1));
}
