/** Hands bytes to a child on a descriptor, so that they appear neither in `ps` nor under any path. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Opens a descriptor to read `content` from its start. The file has no name any more; the caller closes it.
 * Readable by all, since a launcher under another uid opens it anew; only holders of the descriptor can.
 */
export function privateFile(content: string | Uint8Array): number {
  const dir = mkdtempSync(join(tmpdir(), "ratchet-fd-"));
  try {
    const path = join(dir, "data");
    const writer = openSync(path, "wx", 0o644);
    try {
      const bytes = Buffer.from(content);
      for (let done = 0; done < bytes.length;) done += writeSync(writer, bytes, done);
    } finally {
      closeSync(writer);
    }
    return openSync(path, "r");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Content that every spawn of this process reads again: written once, opened anew each time for an own offset. */
export function sharedFile(content: string | Uint8Array): () => number {
  let base: number | undefined;
  return () => openSync(`/proc/self/fd/${(base ??= privateFile(content))}`, "r");
}
