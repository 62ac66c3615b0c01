import type { Choice, Failures } from "../../../evolver/clusters/failures.ts";
import type { Store } from "../../kernel/store/store.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { dim, print, printJson, printPiece, toJson } from "../output.ts";
import { printCluster, printShown } from "../view/failures.ts";

interface Options extends HomeOption, Choice {
  json?: boolean;
}

export async function failures(options: Options & { limit: number }): Promise<void> {
  const home = await homeOf(options);
  const { listFailures } = await import("../../../evolver/clusters/failures.ts");
  const { hypothesesOf } = await import("../../../evolver/clusters/show-cluster.ts");
  await withStore(home, async (store) => {
    const found = await listFailures(home, store, options);
    if (options.json === true) {
      await printAll(store, found);
      return;
    }
    if (found.clusters.length === 0) {
      print(nothing(found, options));
      return;
    }
    const { placesIn } = await import("../../../evolver/clusters/places.ts");
    const places = placesIn(home, store);
    for (const cluster of found.clusters.slice(0, options.limit)) {
      const [cause] = await hypothesesOf(store, cluster.medoid);
      const [place] = cause?.component === "harness" ? await places(cluster) : [];
      printCluster(cluster, found, { cause, place });
    }
    const left = found.clusters.length - options.limit;
    print();
    if (left > 0) print(dim(`${left} more; --limit N shows them.`));
    if (found.unlabelled > 0)
      print(
        dim(
          `${found.unlabelled} of ${found.of} runs were imported without a label, and are taken for failures.`,
        ),
      );
    const own = found.clusters.some(({ runs }) => runs.some((run) => run.format === undefined));
    const evolve = own ? ";  agent evolve --suite NAME   looks for patches" : "";
    print(dim(`agent failures show ID   what broke, step by step${evolve}`));
  });
}

/** Lines of the harness that are shown. */
const MOST_PLACES = 5;

export async function showFailure(id: string, options: Options): Promise<void> {
  const home = await homeOf(options);
  const { findCluster, listFailures } = await import("../../../evolver/clusters/failures.ts");
  const { showCluster } = await import("../../../evolver/clusters/show-cluster.ts");
  await withStore(home, async (store) => {
    const found = await listFailures(home, store, options);
    const shown = await showCluster(store, await findCluster(store, found, id));
    const { placesIn } = await import("../../../evolver/clusters/places.ts");
    const places = (await placesIn(home, store)(shown.cluster)).slice(0, MOST_PLACES);
    if (options.json === true) printJson({ ...shown, signature: signatureOf(shown.cluster), places });
    else printShown(shown, found, places);
  });
}

function nothing({ of }: Failures, { source }: Options): string {
  if (of > 0) return "Nothing failed.";
  return source === undefined || source === "own"
    ? "No labelled runs on the current release yet: `agent run --suite NAME` makes some, `agent import` takes in other agents'."
    : "No such runs were imported yet: `agent import FORMAT PATH` does it.";
}

/** Piece by piece: the runs of a large import are more than one string should hold. */
async function printAll(store: Store, { clusters, of, unlabelled }: Failures): Promise<void> {
  const { hypothesesOf } = await import("../../../evolver/clusters/show-cluster.ts");
  await printPiece('{"clusters":[');
  for (const [position, { runs, ...cluster }] of clusters.entries()) {
    const { id, title, share, trend, medoid } = cluster;
    const head = { id, signature: signatureOf(cluster), count: runs.length, title, share, trend, medoid };
    await printPiece(`${position === 0 ? "" : ","}\n${toJson(head).slice(0, -1)},"runs":[`);
    for (const [index, run] of runs.entries()) {
      const line = toJson({
        id: run.run,
        source: run.source ?? run.task ?? run.workspace,
        format: run.format,
        labelled: run.labelled,
        hypotheses: await hypothesesOf(store, run.run),
      });
      await printPiece(`${index === 0 ? "" : ","}\n${line}`);
    }
    await printPiece("]}");
  }
  await printPiece(`\n],"of":${of},"unlabelled":${unlabelled}}\n`);
}

function signatureOf({ kind, template }: { readonly kind: string; readonly template: string }): string {
  return `${kind}: ${template}`;
}
