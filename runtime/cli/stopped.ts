/** A command that was stopped by Ctrl-C, told in words of its own. */
export class Stopped extends Error {
  override readonly name = "AbortError";
}

/** What `task` gives. @param words what is kept, and what is not. @throws Stopped with them, when it was stopped */
export async function unlessStopped<T>(task: () => Promise<T>, words: () => string): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw new Stopped(words(), { cause: error });
    throw error;
  }
}
