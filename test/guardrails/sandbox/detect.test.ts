import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NoSandbox, detectSandbox, probeTiers } from "../../../guardrails/sandbox/detect.ts";
import { hostPath } from "../../../guardrails/sandbox/mounts.ts";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import { seatbeltProfile } from "../../../guardrails/sandbox/seatbelt.ts";
import { privateFolder, specOf } from "./tiers.ts";

describe("the choice of a tier", () => {
  it("reports on every confining tier and picks the best that works", async () => {
    const reports = await probeTiers();
    expect(reports.map(({ tier }) => tier)).toEqual(["bwrap", "unshare", "seatbelt", "landlock"]);
    const best = reports.find(({ status }) => status === "works")?.tier ?? "NoSandbox";
    const chosen = await detectSandbox().then(
      (sandbox) => sandbox.tier,
      (error: unknown) => (error as Error).name,
    );
    expect(chosen).toBe(best);
  });

  it("throws for a tier that does not work here, with the reason", async () => {
    await expect(detectSandbox({ tier: "landlock" })).rejects.toThrow(NoSandbox);
    await expect(detectSandbox({ tier: "landlock" })).rejects.toThrow(/landlock: unsupported/);
  });

  it("has no tier `none` unless it is allowed", async () => {
    await expect(detectSandbox({ tier: "none" })).rejects.toThrow(NoSandbox);
    const sandbox = await detectSandbox({ tier: "none", allowNone: true });
    expect(sandbox).toMatchObject({ tier: "none", full: false });
  });

  it("keeps to one sandbox for each tier", async () => {
    const allowed = { tier: "none", allowNone: true } as const;
    expect(await detectSandbox(allowed)).toBe(await detectSandbox(allowed));
  });
});

describe("the tier `none`", () => {
  it("runs at the host's paths, with the given environment only, and takes the tree down", async () => {
    const sandbox = await detectSandbox({ tier: "none", allowNone: true });
    const folder = privateFolder();
    writeFileSync(join(folder, "in"), "text");
    const mounts = [{ source: folder, target: "/workspace", access: "write" }] as const;
    const spec = { ...specOf([]), mounts, cwd: "/workspace" };
    const argv = (at: (target: string) => string): string[] => [
      "/bin/sh",
      "-c",
      `cat "$1"; pwd; env | cut -d= -f1 | sort | tr '\\n' ' '`,
      "sh",
      at("/workspace/in"),
    ];
    const { stdout, exit } = await runSandboxed(sandbox, { ...spec, argv });
    expect(exit).toEqual({ kind: "exited", code: 0 });
    expect(stdout).toBe(`text${folder}\nHOME LANG PATH PWD `);
    const late = await runSandboxed(sandbox, {
      ...spec,
      argv: () => ["/bin/sh", "-c", "sleep 300 & sleep 300"],
      limits: { ...spec.limits, wallMs: 500 },
    });
    expect(late.exit).toEqual({ kind: "timeout", ms: 500 });
  });
});

it("finds the host path by the longest target", () => {
  const mounts = [
    { source: "/a", target: "/w", access: "read" },
    { source: "/b", target: "/w/x", access: "read" },
  ] as const;
  expect(["/w", "/w/y", "/w/x/z", "/wide", "/w/x/../y"].map((path) => hostPath(mounts, path))).toEqual([
    "/a",
    "/a/y",
    "/b/z",
    "/wide",
    "/a/y",
  ]);
});

it("writes a macOS profile that denies by default and quotes paths", () => {
  const profile = seatbeltProfile([{ source: `/Users/a "b"\\c`, target: "/w", access: "write" }]);
  expect(profile.split("\n").slice(0, 2)).toEqual(["(version 1)", "(deny default)"]);
  expect(profile).toContain(`(allow file-read* file-write* (subpath "/Users/a \\"b\\"\\\\c"))`);
  expect(profile).not.toContain("network");
});
