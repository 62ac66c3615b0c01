/** The files that a person means by a path. */
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { messageOf, RatchetError } from "../../error.ts";
import type { Format } from "./formats.ts";

export interface InputFile {
  /** Undefined: standard input. */
  readonly path: string | undefined;
  /** How it is called in messages, below the folder that was named. */
  readonly name: string;
  /** Bytes; undefined where nobody knows. */
  readonly size: number | undefined;
}

/**
 * The file itself, whatever it is called; of a folder all files that end as the format's do, in the order of their names, links
 * not followed. `-` is standard input.
 * @throws RatchetError (usage) when there is nothing at `path`, or no such file in the folder
 */
export async function inputFiles(path: string, { name, endings }: Format): Promise<InputFile[]> {
  if (path === "-") return [{ path: undefined, name: "standard input", size: undefined }];
  const found = await stat(path).catch((error: unknown) => {
    throw new RatchetError(
      "usage",
      `${path} cannot be read: ${messageOf(error)}`,
      "Name a file or a folder.",
    );
  });
  if (!found.isDirectory() && !found.isFile())
    throw new RatchetError(
      "usage",
      `${path} is neither a file nor a folder`,
      "Devices and pipes may have no end; pipe what you want read, and name it `-`.",
    );
  if (found.isFile()) return [{ path, name: basename(path), size: found.size }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  if (paths.length === 0)
    throw new RatchetError(
      "usage",
      `${path} holds no file that ends in ${endings.join(" or ")}`,
      `That is what files of ${name} are called; name the file itself if it is called otherwise.`,
    );
  return Promise.all(
    paths.map(async (each) => ({ path: each, name: relative(path, each), size: (await stat(each)).size })),
  );
}
