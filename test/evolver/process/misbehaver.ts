/** Started in place of the proposers: does what the genome file `how` says. Imports nothing but node. */
import { Socket } from "node:net";
import { createInterface } from "node:readline";

const channel = new Socket({ fd: 3, readable: true, writable: true });
let questions = 0;
createInterface({ input: channel }).on("line", (line) => {
  const message = JSON.parse(line) as {
    type: string;
    id: number;
    genome?: [string, string][];
    context?: { genome: [string, string][] };
  };
  if (message.type === "answer") return say({ type: "proposed", id: message.id, proposals: [proposal()] });
  questions += 1;
  behave(new Map(message.context?.genome ?? message.genome).get("how") ?? "", message.id);
});

function behave(how: string, id: number): void {
  const ask = { type: "ask", id, request: { messages: [{ role: "user", content: "?" }], max_tokens: 1e6 } };
  switch (how) {
    case "well":
      return say({ type: "proposed", id, proposals: [proposal(String(questions))] });
    case "throw":
      return say({ type: "failed", id, message: "out of ideas" });
    case "hang":
      return;
    case "garbage":
      return void channel.write("]]]\n");
    case "wrong shape":
      return say({ type: "proposed", id, proposals: [{ ...proposal(), rung: "kernel" }] });
    case "deep":
      return void channel.write(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}\n`);
    case "one long line":
      return void channel.write("x".repeat(100 * 1024 * 1024));
    case "many lines":
      return void channel.write("null\n".repeat(20 * 1024 * 1024));
    case "print":
      return void process.stdout.write("x".repeat(4 * 1024 * 1024));
    case "die":
      throw new RangeError("nothing left to live for");
    case "die at the second":
      if (questions > 1) process.exit(3);
      return say({ type: "proposed", id, proposals: [proposal(String(questions))] });
    case "close":
      setInterval(() => undefined, 1000);
      return void channel.destroy();
    case "another id":
      return say({ type: "proposed", id: id + 1, proposals: [] });
    case "another's name":
      return say({ type: "proposed", id, proposals: [{ ...proposal(), source: "person" }] });
    case "ask":
      return say(ask);
    case "ask without end":
      return void channel.write(`${JSON.stringify(ask)}\n`.repeat(20));
    default:
      throw new Error(`the test asks for ${how}`);
  }
}

function proposal(title = "Change"): Record<string, unknown> {
  const edits = [{ path: "harness/main.ts", after: "// new\n" }];
  return { rung: "harness", source: "model:test", title, rationale: "r", edits, costUsd: 0 };
}

function say(told: unknown): void {
  channel.write(`${JSON.stringify(told)}\n`);
}
