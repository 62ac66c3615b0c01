/** Reads objects out of a snapshot store: one git process for as many as are wanted. */
import { RatchetError } from "../error.ts";
import { startGit, type GitProcess } from "./git-store.ts";
import { parseTree, type TreeEntry } from "./tree.ts";

export class ObjectReader implements Disposable {
  readonly #git: GitProcess;
  readonly #chunks: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(store: string) {
    this.#git = startGit(store, ["cat-file", "--batch"]);
    this.#git.on("error", () => {});
    this.#git.stderr.resume();
    this.#chunks = this.#git.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** @throws RatchetError when the store does not hold the tree or it is damaged */
  async tree(oid: string): Promise<TreeEntry[]> {
    return (await this.trees([oid]))[0] ?? [];
  }

  /** In the order of the ids. @throws RatchetError when the store does not hold one of them or it is damaged */
  async trees(oids: readonly string[]): Promise<TreeEntry[][]> {
    const trees: TreeEntry[][] = [];
    for await (const content of this.#objects("tree", oids)) trees.push(parseTree(content));
    return trees;
  }

  /** Contents in the order of the ids; take them all. */
  blobs(oids: readonly string[]): AsyncGenerator<Buffer> {
    return this.#objects("blob", oids);
  }

  [Symbol.dispose](): void {
    this.#git.kill("SIGKILL");
  }

  async *#objects(type: "tree" | "blob", oids: readonly string[]): AsyncGenerator<Buffer> {
    const ask = (from: number): void => {
      const group = oids.slice(from, from + GROUP);
      if (group.length > 0) this.#git.stdin.write(group.map((oid) => `${oid}\n`).join(""));
    };
    // Asked for in groups whose ids fit into a pipe, one ahead, so that neither side waits for the other.
    ask(0);
    for (let from = 0; from < oids.length; from += GROUP) {
      ask(from + GROUP);
      for (const oid of oids.slice(from, from + GROUP)) {
        const [, found, size] = (await this.#line(oid)).split(" ");
        if (found !== type) throw missing(type, oid);
        const content = await this.#take(Number(size) + 1, oid);
        yield content.subarray(0, -1);
      }
    }
  }

  async #line(oid: string): Promise<string> {
    for (;;) {
      const end = this.#pending.indexOf(10);
      if (end >= 0) {
        const line = this.#pending.toString("latin1", 0, end);
        this.#pending = this.#pending.subarray(end + 1);
        return line;
      }
      this.#pending = Buffer.concat([this.#pending, await this.#next(oid)]);
    }
  }

  async #take(length: number, oid: string): Promise<Buffer> {
    const parts = [this.#pending];
    let have = this.#pending.length;
    while (have < length) {
      const chunk = await this.#next(oid);
      parts.push(chunk);
      have += chunk.length;
    }
    const all = parts.length === 1 ? this.#pending : Buffer.concat(parts);
    this.#pending = all.subarray(length);
    return all.subarray(0, length);
  }

  async #next(oid: string): Promise<Buffer> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new RatchetError("infrastructure", `git ended while it was asked for ${oid}`);
    return value;
  }
}

const GROUP = 500;

function missing(type: string, oid: string): RatchetError {
  return new RatchetError("infrastructure", `the snapshot store does not hold the ${type} ${oid}`);
}
