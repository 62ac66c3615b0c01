import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AgentConfig } from "../../../../runtime/kernel/config/agent-config.ts";
import { GuardrailsConfig, TOOLS } from "../../../../runtime/kernel/config/guardrails-config.ts";
import { builtinTools } from "../../../../runtime/kernel/tools/registry.ts";
import { parseYaml, readYaml } from "../../../../runtime/kernel/config/yaml-file.ts";
import { RatchetError } from "../../../../runtime/kernel/error.ts";
import { Task } from "../../../../runtime/kernel/suite/task.ts";

/** What a text is refused with, line by line, without the name of the file. */
function problems(text: string, schema: Parameters<typeof parseYaml>[2] = AgentConfig): string[] {
  try {
    parseYaml(text, "F", schema);
  } catch (error) {
    if (!(error instanceof RatchetError)) throw error;
    assert.equal(error.kind, "config");
    assert.equal(error.hint, "Mend F and try again; nothing was run.");
    return error.message.split("\n").map((line) => line.replace(/^F:/, ""));
  }
  return [];
}

describe("what is wrong is told with its line", () => {
  test.each([
    [
      "unknown key",
      "version: 1\nmodle:\n  provider: procedure\n",
      ['2: unknown key "modle"; did you mean "model"?'],
    ],
    [
      "unknown key inside",
      "version: 1\nmodel:\n  provider: procedure\n  ids: x\n",
      ['4: unknown key "model.ids"; did you mean "id"?'],
    ],
    [
      "unknown key that is near to none",
      "version: 1\nsandbox:\n  colour: red\n",
      ['3: unknown key "sandbox.colour"; known here: tier, allow_partial, memory_mb'],
    ],
    [
      "wrong type",
      "version: 1\nbudgets:\n  steps: many\n",
      ["3: budgets.steps: Invalid input: expected number, received string"],
    ],
    [
      "a scalar for a section",
      "version: 1\nmodel: claude\n",
      ["2: model: Invalid input: expected object, received string"],
    ],
    [
      "fraction",
      "version: 1\nbudgets:\n  steps: 1.5\n",
      ["3: budgets.steps: Invalid input: expected int, received number"],
    ],
    [
      "below the least",
      "version: 1\nbudgets:\n  steps: 0\n",
      ["3: budgets.steps: Too small: expected number to be >0"],
    ],
    [
      "no number",
      "version: 1\nbudgets:\n  usd: .inf\n",
      ["3: budgets.usd: Invalid input: expected number, received Infinity"],
    ],
    [
      "wrong word",
      "version: 1\nmodel:\n  provider: antropic\n",
      [
        '3: model.provider: Invalid option: expected one of "procedure"|"anthropic"; did you mean "anthropic"?',
      ],
    ],
    [
      "wrong word in a list",
      "version: 1\nevolution:\n  proposers: [distill, operator]\n",
      [
        '3: evolution.proposers.1: Invalid option: expected one of "operators"|"distill"|"model"|"coding-agent"; did you mean "operators"?',
      ],
    ],
    ["another version", "version: 2\n", ["1: version: Invalid input: expected 1"]],
    ["version as text", 'version: "1"\n', ["1: version: Invalid input: expected 1"]],
    ["no version", "name: a\n", ["1: version: is missing; it is one of 1"]],
    ["nothing", "", ["1: version: is missing; it is one of 1"]],
    ["only comments", "# nothing\n", ["1: version: is missing; it is one of 1"]],
    ["a list", "- a\n", ["1: Invalid input: expected object, received array"]],
    ["prose", "hello there\n", ["1: Invalid input: expected object, received string"]],
    [
      "no web address",
      "version: 1\nmodel:\n  base_url: javascript:alert(1)\n",
      ["3: model.base_url: Invalid URL"],
    ],
    [
      "a key that every object has",
      "version: 1\nconstructor: 1\n__proto__: 2\n",
      [
        expect.stringMatching(/^2: unknown key "constructor"/),
        expect.stringMatching(/^3: unknown key "__proto__"/),
      ],
    ],
  ])("%s", (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test("all of them, in the order of their lines", () => {
    const text = "version: 1\nname: 7\nmodel:\n  provider: x\n  outputtokens: 3\nbudget:\n  steps: 1\n";
    expect(problems(text).map((line) => Number.parseInt(line))).toEqual([2, 4, 5, 6]);
  });

  test("through an alias, at the line where it stands", () => {
    expect(problems("version: 1\nmodel: &m\n  provider: procedure\nsandbox: *m\n")).toEqual([
      '3: unknown key "sandbox.provider"; known here: tier, allow_partial, memory_mb',
    ]);
  });

  test("of a union, what is wrong with the form that was meant", () => {
    const text = "version: 1\ninstruction: x\nverify:\n  - absent: a\n  - file: a.txt\n    eqals: b.txt\n";
    const found = problems(text, Task);
    expect(found).toEqual([
      "5: verify.1.equals: is missing; expected string",
      '6: unknown key "verify.1.eqals"; did you mean "equals"?',
    ]);
  });
});

describe("YAML that cannot be read", () => {
  test.each([
    ["syntax", "version: 1\nmodel: {provider: procedure\n", /^3:1: not valid YAML: /],
    ["key twice", "version: 1\nname: a\nname: b\n", /^3:1: not valid YAML: Map keys must be unique/],
    ["tab as indentation", "version: 1\nmodel:\n\tprovider: procedure\n", /^3:1: not valid YAML: .*[Tt]abs/],
    ["two documents", "version: 1\n---\nversion: 1\n", /^2:1: not valid YAML: .*multiple documents/],
    ["an unknown tag", "version: 1\nname: !!js/function 'x'\n", /^2:7: not valid YAML: Unresolved tag/],
    ["an alias to nothing", "version: 1\nname: *gone\n", /^1: not valid YAML: Unresolved alias .*: gone/],
    ["too deep", "[".repeat(50_000), /^1(:\d+)?: not valid YAML: /],
  ])("%s", (_, text, expected) => {
    expect(problems(text)).toEqual([expect.stringMatching(expected)]);
  });

  test("a few lines that stand for millions are refused at once", () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 12; i++)
      bomb.push(
        `${String.fromCharCode(97 + i)}: &${String.fromCharCode(97 + i)} [${Array(9)
          .fill(`*${String.fromCharCode(96 + i)}`)
          .join(",")}]`,
      );
    expect(problems(`version: 1\n${bomb.join("\n")}\n`)).toEqual([
      expect.stringMatching(/^1: not valid YAML: Excessive alias count/),
    ]);
  });
});

describe("what is right", () => {
  test("defaults, with BOM and CRLF", () => {
    const config = parseYaml("\uFEFFversion: 1\r\nbudgets:\r\n  steps: 3\r\n".slice(1), "F", AgentConfig);
    expect(config).toMatchObject({
      name: "agent",
      budgets: { steps: 3, tokens: 1_000_000 },
      genome: { harness: "harness" },
    });
  });

  test.each(["h", "src/agent/harness", "runtime/genome/harness", "Über uns", "..a", ".agentx", "tasksx"])(
    "genome folder %s",
    (path) => {
      expect(
        parseYaml(`version: 1\ngenome: { harness: ${JSON.stringify(path)} }\n`, "F", AgentConfig).genome
          .harness,
      ).toBe(path);
    },
  );

  test("permissions and hosts", () => {
    const text =
      "version: 1\npermissions:\n  allow: ['bash(git diff:*)', read]\nnetwork:\n  hosts: [api.example.com, '*.example.com:8443']\n";
    expect(problems(text, GuardrailsConfig)).toEqual([]);
  });
});

describe("what must not get by", () => {
  test.each([
    "/etc",
    "../other",
    "a/../../b",
    "a/..",
    ".",
    "./harness",
    "a//b",
    "a/",
    "",
    "a\\b",
    "a\0b",
    ".git",
    ".git/hooks",
    "x/.GIT/hooks",
  ])("genome folder %j", (path) => {
    expect(problems(`version: 1\ngenome: { prompts: ${JSON.stringify(path)} }\n`)).toEqual([
      "2: genome.prompts: must be a relative folder without . or ..",
    ]);
  });

  test.each([
    ["tasks", "tasks"],
    ["Tasks/chores", "tasks"],
    [".agent/store", ".agent"],
    ["prompts", "prompts"],
    ["skills/inside", "skills"],
  ])("genome folder %s, which overlaps with %s", (path, other) => {
    expect(problems(`version: 1\ngenome: { harness: ${path} }\n`)).toContainEqual(
      `2: genome.harness: "${path}" overlaps with "${other}"; each part has a folder of its own`,
    );
  });

  test.each([
    [
      "permissions: { deny: ['bash('] }",
      /permissions\.deny\.0: "bash\(" is not a permission pattern: write tool or tool\(pattern\)/,
    ],
    [
      "permissions: { allow: ['rm -rf /'] }",
      /permissions\.allow\.0: "rm -rf \/" is not a permission pattern/,
    ],
    [
      "permissions: { deny: ['bsh(x)'] }",
      /deny\.0: "bsh\(x\)": there is no tool "bsh"; did you mean "bash"\?/,
    ],
    ["permissions: { ask: [telepathy] }", /there is no tool "telepathy"; there are bash, read, write/],
    ["permissions: { deny: [bash()] }", /nothing between its parentheses/],
    ["permissions: { deny: bash }", /permissions\.deny: Invalid input: expected array/],
    ["permissions: { denny: [bash] }", /unknown key "permissions\.denny"; did you mean "deny"\?/],
    ["network: { hosts: ['https://example.com/x'] }", /network\.hosts\.0: a host is a name or an address/],
    ["invariants: [{ fil: a.md, text: x }]", /unknown key "invariants\.0\.fil"; did you mean "file"\?/],
  ])("%s in guardrails.yaml", (line, expected) => {
    expect(problems(`version: 1\n${line}\n`, GuardrailsConfig).join("\n")).toMatch(expected);
  });
});

test("rules may be about every tool that there is, and about no other", () => {
  expect([...TOOLS].toSorted()).toEqual(
    builtinTools()
      .map(({ name }) => name)
      .toSorted(),
  );
});

describe("files", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "ratchet-yaml-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (content: string | Uint8Array): string => {
    writeFileSync(join(dir, "agent.yaml"), content);
    return join(dir, "agent.yaml");
  };

  test("that is missing, a folder, a pipe", async () => {
    await expect(readYaml(join(dir, "no.yaml"), AgentConfig)).rejects.toThrow(
      `${dir}/no.yaml: cannot be read: there is no such file`,
    );
    mkdirSync(join(dir, "folder.yaml"));
    await expect(readYaml(join(dir, "folder.yaml"), AgentConfig)).rejects.toThrow("it is a folder");
    execFileSync("mkfifo", [join(dir, "pipe.yaml")]);
    await expect(readYaml(join(dir, "pipe.yaml"), AgentConfig)).rejects.toThrow("it is not a regular file");
  });

  test("that is not UTF-8, or UTF-16, is not guessed at", async () => {
    const latin1 = write(Buffer.from("version: 1\n# ok\nname: Z\xfcrich\n", "latin1"));
    await expect(readYaml(latin1, AgentConfig)).rejects.toThrow(`${latin1}:3: not UTF-8`);
    await expect(readYaml(write(Buffer.from("\uFEFFversion: 1\n", "utf16le")), AgentConfig)).rejects.toThrow(
      ":1: not UTF-8",
    );
  });

  test("that is huge is not read", async () => {
    await expect(readYaml(write(`version: 1\n${"#".repeat(2_000_000)}\n`), AgentConfig)).rejects.toThrow(
      "it has 2000012 bytes; 1048576 are read at most",
    );
  });

  test("with a BOM", async () => {
    expect((await readYaml(write("\uFEFFversion: 1\nname: b\n"), AgentConfig)).name).toBe("b");
  });
});
