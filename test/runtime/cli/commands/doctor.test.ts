/** What `agent doctor` says about sandboxes on machines where some do not work. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findTool } from "../../../../guardrails/sandbox/tools.ts";

const launcher = resolve(import.meta.dirname, "../../../../runtime/cli/launch.cjs");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-doctor-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bwrap = findTool("bwrap");
const setpriv = findTool("setpriv");
const able = process.getuid?.() === 0 && bwrap !== undefined && setpriv !== undefined;

describe.skipIf(!able)("doctor on sandboxes", () => {
  it("names what is missing, with the command for it, while a lesser tier is in use", () => {
    const { lines, status } = doctor(`mount --bind /dev/null ${bwrap}`);
    expect(status).toBe(0);
    const row = lines.findIndex((line) => line.startsWith("missing  sandbox: bwrap "));
    expect(lines[row]).toContain("`bwrap` is not on PATH");
    expect(lines[row + 2]).toMatch(/^(ok|blocked) {2,}sandbox: unshare /);
    expect(lines.filter((line) => line.startsWith("n/a "))).toHaveLength(2);
  });

  it("tells of a blocked tier in one line, and in full as JSON", () => {
    const block = `printf '#!/bin/sh\\necho first >&2; echo second >&2; exit 1\\n' > ${folder}/fake; chmod 755 ${folder}/fake; mount --bind ${folder}/fake ${bwrap}`;
    const { lines } = doctor(block);
    expect(lines.find((line) => line.includes("sandbox: bwrap"))).toMatch(
      /^blocked {2}sandbox: bwrap +first$/,
    );
    expect(lines.join("\n")).not.toContain("second");
    const { checks } = JSON.parse(doctor(block, ["--json"]).lines.join("\n")) as {
      checks: { name: string; status: string; detail: string }[];
    };
    expect(checks.find(({ name }) => name === "sandbox: bwrap")).toMatchObject({
      status: "blocked",
      detail: "first\nsecond",
    });
  });

  it("fails where no tier works, and names the dangerous way out", () => {
    const { lines, status } = doctor(`mount --bind /dev/null ${bwrap}; mount --bind /dev/null ${setpriv}`);
    expect(status).toBe(2);
    expect(lines.find((line) => line.startsWith("broken "))).toContain("no tier works here");
    expect(lines.join("\n")).toContain("--dangerously-without-sandbox");
  });
});

/** In a mount namespace of its own, changed by `change` first. */
function doctor(change: string, args: readonly string[] = []): { lines: string[]; status: number | null } {
  const { stdout, status } = spawnSync(
    "unshare",
    ["--mount", "sh", "-ec", `${change}; exec "$@"`, "sh", process.execPath, launcher, "doctor", ...args],
    { cwd: folder, encoding: "utf8" },
  );
  return { lines: stdout.trimEnd().split("\n"), status };
}
