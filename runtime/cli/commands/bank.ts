import { listBank, type BankEntry } from "../../../replay/bank/bank.ts";
import { openCase } from "../../../replay/bank/keep-case.ts";
import type { KeptCase } from "../../../replay/bank/kept-case.ts";
import { restoreCase, retireCase } from "../../../replay/bank/retire.ts";
import { closest } from "../../kernel/closest.ts";
import { RatchetError } from "../../kernel/error.ts";
import type { Home } from "../../kernel/home/home.ts";
import type { Store } from "../../kernel/store/store.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, clean, count, dim, green, oneLine, print, printJson, table } from "../output.ts";

interface Options extends HomeOption {
  json?: boolean;
}

export async function listCases(options: Options): Promise<void> {
  const home = await homeOf(options);
  const entries = await withStore(home, (store) => listBank(home, store));
  if (options.json === true) {
    printJson(entries.map(asJson));
    return;
  }
  if (entries.length === 0) {
    print("No cases yet: a patch brings those that it fixed when it is promoted.");
    return;
  }
  print(table(entries.map(asCells)));
  const retired = entries.filter((entry) => entry.retired !== undefined).length;
  print(dim(`${count(entries.length - retired, "case")}${retired === 0 ? "" : `, ${retired} retired`}`));
}

export async function showCase(name: string, options: Options): Promise<void> {
  const home = await homeOf(options);
  const entry = await withStore(home, (store) => findCase(home, store, name));
  const { dir, task } = await openCase(home, entry.kept);
  if (options.json === true) {
    printJson({ ...asJson(entry), dir, instruction: task.instruction });
    return;
  }
  const { kept, receipt, retired } = entry;
  print(bold(oneLine(kept.task)));
  print(dim(`since ${receipt.at.slice(0, 16).replace("T", " ")}: ${oneLine(receipt.reason, 200)}`));
  if (retired !== undefined)
    print(dim(`retired ${retired.at.slice(0, 16).replace("T", " ")}: ${oneLine(retired.why, 200)}`));
  print();
  print(clean(task.instruction).trimEnd());
  print();
  print(dim(dir));
}

export async function retire(name: string, why: string, options: Options): Promise<void> {
  const { task, changed } = await change(name, options, (store, kept) => retireCase(store, kept, why));
  if (options.json === true) printJson({ case: task, retired: true, changed });
  else if (changed) print(`${task} is retired: the gate asks for it no more.`);
  else print(`Nothing changed: ${task} was retired already. \`agent bank show ${task}\` tells why.`);
}

export async function restore(name: string, options: Options): Promise<void> {
  const { task, changed } = await change(name, options, restoreCase);
  if (options.json === true) printJson({ case: task, retired: false, changed });
  else if (changed) print(`${task} is a case of the bank again.`);
  else print(`Nothing changed: ${task} was not retired.`);
}

async function change(
  name: string,
  options: Options,
  make: (store: Store, kept: KeptCase) => Promise<boolean>,
): Promise<{ readonly task: string; readonly changed: boolean }> {
  const home = await homeOf(options);
  return withStore(home, async (store) => {
    const { kept } = await findCase(home, store, name);
    return { task: kept.task, changed: await make(store, kept) };
  });
}

async function findCase(home: Home, store: Store, name: string): Promise<BankEntry> {
  const entries = await listBank(home, store);
  const found = entries.find(({ kept }) => kept.task === name);
  if (found !== undefined) return found;
  const meant = closest(
    name,
    entries.map(({ kept }) => kept.task),
  );
  throw new RatchetError(
    "usage",
    `there is no case "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
    "`agent bank` lists them.",
  );
}

function asCells({ kept, receipt, retired }: BankEntry): string[] {
  return [
    retired === undefined ? green("●") : " ",
    oneLine(kept.task),
    dim(receipt.at.slice(0, 16).replace("T", " ")),
    retired === undefined ? oneLine(receipt.reason, 90) : `retired: ${oneLine(retired.why, 90)}`,
  ];
}

function asJson({ kept, receipt, retired }: BankEntry): Record<string, unknown> {
  const { key, at, kind, patch, reason } = receipt;
  return { ...kept, broughtBy: { receipt: key, at, kind, patch, reason }, retired };
}
