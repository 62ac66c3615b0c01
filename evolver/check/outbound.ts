/** Refuses addresses that are new to the genome: evolution must not make up whom the agent talks to. */
import { diffLines } from "diff";
import type { Finding } from "../../guardrails/finding.ts";
import type { FileEdit } from "../candidate.ts";

/** One finding for each host that an edit adds and no file of the parent's genome names. */
export function checkOutbound(edits: readonly FileEdit[], genome: ReadonlyMap<string, string>): Finding[] {
  const known = [...genome.values()].join("\n").toLowerCase();
  return edits.flatMap(({ path, before = "", after }) => {
    const added = diffLines(before, after).flatMap(({ added: isNew, value }) => (isNew ? [value] : []));
    const hosts = Array.from(added.join("\n").matchAll(ADDRESS), ([, host = ""]) => host.toLowerCase());
    const fresh = [...new Set(hosts)].filter((host) => !known.includes(`//${host}`));
    return fresh.map((host) => ({
      check: "outbound",
      path,
      message: `${JSON.stringify(host.slice(0, 80))} is an address that the genome does not have: a person has to put it there`,
    }));
  });
}

const ADDRESS = /\b(?:https?|wss?|ftp):\/\/(?:[^\s/@"'`]*@)?([^\s/"'`<>)?#]+)/giu;
