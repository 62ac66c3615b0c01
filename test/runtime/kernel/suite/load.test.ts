import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSuite, loadTask } from "../../../../runtime/kernel/suite/load.ts";
import { desk } from "./support.ts";

const GOOD = "version: 1\ninstruction: add up\nverify:\n  - file: out.txt\n    equals: out.txt\n";

describe("loadSuite", () => {
  it("gives all tasks by name, with their places and defaults", async () => {
    const at = desk();
    for (const name of ["b", "a"]) {
      at.put(`${name}/task.yaml`, GOOD);
      at.put(`${name}/verify/out.txt`, "1");
    }
    mkdirSync(join(at.suite, ".hidden"));
    at.put("README.md", "not a task");
    const tasks = await loadSuite(at.suite);
    expect(tasks.map(({ id }) => id)).toEqual(["chores/a", "chores/b"]);
    expect(tasks[0]).toMatchObject({
      dir: join(at.suite, "a"),
      task: { services: [], tags: [], verify: [{ as: "text" }] },
    });
  });

  it("tells every problem of every task at once", async () => {
    const at = desk();
    at.put("a/task.yaml", "version: 2\n");
    at.put("b/task.yaml", "instruction: [\n");
    mkdirSync(join(at.suite, "c"));
    const error = await loadSuite(at.suite).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(
      /a\/task\.yaml:1: version[\s\S]*b\/task\.yaml:\d+:\d+: not valid YAML[\s\S]*c\/task\.yaml: cannot be read/,
    );
  });

  it("refuses a suite that is empty or not there", async () => {
    const at = desk();
    await expect(loadSuite(at.suite)).rejects.toThrow(/no task in this suite/);
    await expect(loadSuite(join(at.suite, "no"))).rejects.toThrow(/cannot be read/);
  });
});

describe("loadTask", () => {
  const problem = async (yaml: string, ...files: string[]): Promise<string> => {
    const at = desk();
    at.put("t/task.yaml", yaml);
    for (const file of ["out.txt", ...files]) at.put(`t/verify/${file}`, "1");
    const error = await loadTask(join(at.suite, "t")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "config" });
    return String(error);
  };

  it("suggests the key that was meant, with its line", async () => {
    expect(await problem(`${GOOD}tag: [x]\n`)).toMatch(
      /task\.yaml:6: unknown key "tag"; did you mean "tags"\?/,
    );
  });

  it("wants the truth and the scripts to be there", async () => {
    expect(await problem(GOOD.replace("equals: out.txt", "equals: ouт.txt"))).toMatch(
      /task\.yaml:5: verify\.0: there is no verify\/ouт\.txt; did you mean "out\.txt"\?/,
    );
    expect(await problem(`${GOOD}  - command: [node, /verify/check.mjs]\n`)).toMatch(
      /task\.yaml:6: verify\.1: there is no verify\/check\.mjs/,
    );
    const services = "services:\n  - host: shop.test\n    script: shop.mjs\n";
    expect(await problem(GOOD + services)).toMatch(
      /task\.yaml:8: services\.0\.script: there is no verify\/shop\.mjs/,
    );
  });

  it.each(["/etc/passwd", "../x", "a/../../x", '""'])("refuses the path %s", async (path) => {
    expect(await problem(GOOD.replace("file: out.txt", `file: ${path}`))).toMatch(
      /is not a path inside the workspace/,
    );
    expect(await problem(GOOD.replace("equals: out.txt", `equals: ${path}`))).toMatch(
      /is not a path inside verify/,
    );
    expect(await problem(`${GOOD}  - absent: ${path}\n`)).toMatch(/is not a path inside the workspace/);
  });

  it.each(["workspace", "verify"])("refuses a %s that is a link, wherever it leads", async (name) => {
    const at = desk();
    at.put("t/task.yaml", "version: 1\ninstruction: x\nverify: [{ absent: y }]\n");
    at.put("elsewhere/secret.txt", "of the host");
    symlinkSync(join(at.suite, "elsewhere"), join(at.suite, "t", name));
    await expect(loadTask(join(at.suite, "t"))).rejects.toThrow(
      new RegExp(`task\\.yaml:1: ${name}/ is a link; put the files themselves there`),
    );
  });

  it("reads nothing but a regular UTF-8 file of a sensible size", async () => {
    const at = desk();
    for (const name of ["pipe", "huge", "latin1"]) mkdirSync(join(at.suite, name));
    execFileSync("mkfifo", [join(at.suite, "pipe/task.yaml")]);
    at.put("huge/task.yaml", `${GOOD}# ${"x".repeat(2 * 1024 * 1024)}\n`);
    at.put("latin1/task.yaml", Buffer.from("version: 1\ninstruction: caf\xE9\n", "latin1"));
    const problem = (name: string): Promise<unknown> =>
      loadTask(join(at.suite, name)).catch((thrown: unknown) => thrown);
    expect(String(await problem("pipe"))).toMatch(
      /pipe\/task\.yaml: cannot be read: it is not a regular file/,
    );
    expect(String(await problem("huge"))).toMatch(/huge\/task\.yaml: cannot be read: it has \d+ bytes/);
    expect(String(await problem("latin1"))).toMatch(/latin1\/task\.yaml:2: not UTF-8/);
  });

  it("refuses a host that is none", async () => {
    const services = "services:\n  - host: http://shop.test\n    script: shop.mjs\n";
    expect(await problem(GOOD + services, "shop.mjs")).toMatch(
      /task\.yaml:7: services\.0\.host: "http:\/\/shop\.test" is not a host name/,
    );
  });
});
