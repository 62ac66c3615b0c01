/** Started in place of the proposers: tries to get at what they must not see, and tells what worked. Imports nothing but node. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { connect, Socket } from "node:net";
import { createInterface } from "node:readline";

/** What a test tells the attacker, who would have to guess it otherwise. */
export interface Targets {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly writeIn: readonly string[];
  readonly repository: string;
  readonly port: number;
  readonly socket: string;
  readonly process: number;
  /** Stands in the environment of that process. */
  readonly secret: string;
}

/** What the attacker tells. */
export interface Loot {
  readonly tried: readonly string[];
  readonly worked: readonly string[];
  readonly environment: string;
  readonly descriptors: readonly string[];
  readonly root: readonly string[];
}

const channel = new Socket({ fd: 3, readable: true, writable: true });
createInterface({ input: channel }).on("line", (line) => {
  const { id, context } = JSON.parse(line) as { id: number; context: { genome: [string, string][] } };
  const targets = JSON.parse(new Map(context.genome).get("targets") ?? "") as Targets;
  void rob(targets).then((loot) =>
    channel.write(`${JSON.stringify({ type: "failed", id, message: JSON.stringify(loot) })}\n`),
  );
});

async function rob(targets: Targets): Promise<Loot> {
  const attempts: [string, () => unknown][] = [
    ...targets.files.map((path): [string, () => unknown] => [`read ${path}`, () => readFileSync(path)]),
    ...targets.folders.map((path): [string, () => unknown] => [`list ${path}`, () => readdirSync(path)]),
    ...targets.writeIn.map((path): [string, () => unknown] => [
      `write in ${path}`,
      () => (writeFileSync(`${path}/mark`, "was here"), true),
    ]),
    ["git in the home", () => spawnSync("git", ["-C", targets.repository, "log"]).status === 0],
    ["cat of a file", () => spawnSync("cat", [targets.files[0] ?? ""]).status === 0],
    ["signal a process", () => process.kill(targets.process, 0)],
    ["environment of a process", () => anyProcess("environ", targets.secret)],
    ["tcp", () => connected(connect(targets.port, "127.0.0.1"))],
    ["unix socket", () => connected(connect(targets.socket))],
  ];
  const worked: string[] = [];
  for (const [name, attempt] of attempts) {
    try {
      if (await attempt()) worked.push(name);
    } catch {
      // As it should be.
    }
  }
  return {
    tried: attempts.map(([name]) => name),
    worked,
    environment: readFileSync("/proc/self/environ", "utf8"),
    descriptors: readdirSync("/proc/self/fd").flatMap(target),
    root: [...readdirSync("/"), ...ratchet()],
  };
}

function anyProcess(file: string, secret: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/${file}`, "utf8").includes(secret);
    } catch {
      return false;
    }
  });
}

function connected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function target(fd: string): string[] {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)];
  } catch {
    return [];
  }
}

/** What of the package is there, two levels deep. */
function ratchet(): string[] {
  try {
    return readdirSync("/ratchet").flatMap((name) => {
      const path = `/ratchet/${name}`;
      try {
        return readdirSync(path).map((inner) => `${path}/${inner}`);
      } catch {
        return [path];
      }
    });
  } catch {
    return [];
  }
}
