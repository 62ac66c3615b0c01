import { createTwoFilesPatch } from "diff";
import { patchNamed } from "../../../evolver/patches/find.ts";
import { listPatches as readPatches, type ListedPatch } from "../../../evolver/patches/list.ts";
import { rejectPatch } from "../../../evolver/patches/reject.ts";
import { releasedPatches } from "../../../evolver/patches/released.ts";
import { settleReceipts } from "../../../replay/release/receipts.ts";
import { homeOf, withProbe, withStore, type DangerOption, type HomeOption } from "../open.ts";
import { bold, clean, dim, green, oneLine, print, printJson, red, table, yellow } from "../output.ts";
import { mark } from "./gate.ts";

interface Options extends HomeOption {
  json?: boolean;
}

export async function listPatches(options: Options & { all?: boolean }): Promise<void> {
  const home = await homeOf(options);
  const { everything, released } = await withStore(home, async (store) => {
    await settleReceipts(home.dir, store);
    return { everything: await readPatches(store), released: await releasedPatches(home, store) };
  });
  const shown = (options.all === true ? everything : everything.filter(isForReview)).map((patch) => ({
    ...patch,
    promoted: released.get(patch.candidate.id) === "promoted",
    takenBack: released.get(patch.candidate.id) === "taken back",
  }));
  if (options.json === true) {
    printJson(shown);
    return;
  }
  if (shown.length === 0) {
    print(
      everything.length === 0
        ? "No candidates yet: `agent evolve` makes some."
        : "Nothing was accepted; --all shows what was rejected, and why.",
    );
    return;
  }
  print(table(shown.map(asCells)));
  print(
    dim(
      "agent patches show ID   tells why;  agent patches diff ID   what it changes;  agent promote ID   makes it the release",
    ),
  );
}

export async function showPatch(name: string, options: Options): Promise<void> {
  const home = await homeOf(options);
  const found = await withStore(home, async (store) => {
    await settleReceipts(home.dir, store);
    return patchNamed(store, name);
  });
  if (options.json === true) {
    printJson(found);
    return;
  }
  const { candidate, decision } = found;
  print(
    `${bold(oneLine(candidate.proposal.title))}  ${verdictMark(candidate.verdict)}${decision === undefined ? "" : `  ${decision.decision}`}`,
  );
  print(
    dim(
      `${candidate.id}  ${candidate.proposal.rung}, ${candidate.proposal.source}, on ${candidate.parent.slice(0, 12)}`,
    ),
  );
  if (candidate.branch !== undefined) print(dim(candidate.branch));
  print();
  print(clean(candidate.proposal.rationale));
  print();
  for (const reason of candidate.reasons) {
    print(`${mark(reason)} ${reason.name}: ${oneLine(reason.claim)} ${dim(oneLine(reason.figures, 200))}`);
  }
  if (candidate.fixes.length > 0) print(`fixes: ${oneLine(candidate.fixes.join(", "), 1000)}`);
  if (candidate.regressions.length > 0)
    print(red(`breaks: ${oneLine(candidate.regressions.join(", "), 1000)}`));
}

export async function diffPatch(name: string, options: Options): Promise<void> {
  const { candidate } = await withStore(await homeOf(options), (store) => patchNamed(store, name));
  const diffs = candidate.proposal.edits.map(({ path, before, after }) =>
    createTwoFilesPatch(
      before === undefined ? "/dev/null" : `a/${path}`,
      `b/${path}`,
      before ?? "",
      after,
    ).replace(/^=+\n/, ""),
  );
  if (options.json === true) printJson({ id: candidate.id, diff: diffs.join("") });
  else for (const line of diffs.join("").trimEnd().split("\n")) print(coloured(clean(line)));
}

export async function review(
  verdict: "approve" | "reject",
  name: string,
  why: string,
  options: Options & DangerOption,
): Promise<void> {
  const home = await homeOf(options);
  if (verdict === "approve") {
    const { approve } = await import("../../../evolver/promote.ts");
    const choice = { allowNone: options.dangerouslyWithoutSandbox === true };
    const receipt = await withProbe(home, choice, false, (store, probe) =>
      approve(home, store, name, why, { probe }),
    );
    if (options.json === true) printJson(receipt);
    else print(`Approved and promoted: the release is ${bold(receipt.to.slice(0, 12))} now.`);
    return;
  }
  const branch = await withStore(home, (store) =>
    rejectPatch({ repo: home.dir, store, id: name, reason: why }),
  );
  if (options.json === true) printJson({ rejected: name, branch });
  else
    print(
      `Rejected; ${branch === "deleted" ? "its branch is gone, its commit is kept" : `its branch: ${branch}`}.`,
    );
}

/** What was accepted, without what a later cycle found again and gave the same branch. */
function isForReview({ candidate }: ListedPatch, index: number, all: readonly ListedPatch[]): boolean {
  return (
    candidate.verdict === "accept" &&
    all.findIndex((other) => other.candidate.branch === candidate.branch) === index
  );
}

interface ShownPatch extends ListedPatch {
  readonly promoted: boolean;
  readonly takenBack: boolean;
}

function asCells(patch: ShownPatch): string[] {
  const { candidate } = patch;
  return [
    candidate.id,
    verdictMark(candidate.verdict),
    stateOf(patch),
    `fixes ${candidate.fixes.length}`,
    candidate.branch ?? dim(candidate.proposal.source),
    oneLine(candidate.proposal.title, 70),
  ];
}

/** What became of it. Only what was accepted waits for anybody. */
function stateOf({ candidate, decision, promoted, takenBack }: ShownPatch): string {
  if (promoted) return decision?.decision === "approved" ? "approved" : "promoted";
  if (decision?.decision === "rejected") return "rejected";
  if (takenBack) return "taken back";
  return candidate.verdict === "accept" ? dim("open") : dim("–");
}

function verdictMark(verdict: "accept" | "reject" | "inconclusive"): string {
  return { accept: green("accept"), reject: red("reject"), inconclusive: yellow("inconclusive") }[verdict];
}

function coloured(line: string): string {
  if (line.startsWith("+") && !line.startsWith("+++")) return green(line);
  if (line.startsWith("-") && !line.startsWith("---")) return red(line);
  return line.startsWith("@@") ? dim(line) : line;
}
