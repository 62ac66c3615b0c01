import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, dim, fit, oneLine, print, printJson } from "../output.ts";

export async function failures(options: HomeOption & { json?: boolean }): Promise<void> {
  const home = await homeOf(options);
  const { failureClusters } = await import("../../../evolver/collect.ts");
  const { clusters, labelled } = await withStore(home, (store) => failureClusters(home, store));
  if (options.json === true) {
    printJson({
      clusters: clusters.map(({ id, signature, failures: members }) => ({
        id,
        signature: `${signature.kind}: ${signature.template}`,
        count: members.length,
        runs: members.map(({ trace, hypotheses }) => ({
          id: trace.run.id,
          source: trace.run.task ?? trace.run.workspace,
          hypotheses: hypotheses.map((hypothesis) => ({ ...hypothesis, agent: "agent" })),
        })),
      })),
    });
    return;
  }
  if (clusters.length === 0) {
    print(
      labelled === 0
        ? "No labelled runs on the current release yet: `agent run --suite NAME` makes some."
        : "Nothing failed on the current release.",
    );
    return;
  }
  for (const { id, title, failures: members } of clusters) {
    print(
      fit(
        `${bold(String(members.length).padStart(3))}  ${oneLine(title.replace(/^\d+ runs?: /, ""), 100)}  ${dim(id)}`,
      ),
    );
    const cause = members[0]?.hypotheses[0];
    if (cause !== undefined)
      print(fit(dim(`     ${oneLine(cause.component)}: ${oneLine(cause.evidence, 110)}`)));
    print(
      fit(dim(`     ${oneLine(members.map(({ trace }) => trace.run.task ?? trace.run.id).join(", "), 110)}`)),
    );
  }
  print();
  print(dim("agent evolve --suite NAME   looks for patches;  agent runs show ID   shows a run"));
}
