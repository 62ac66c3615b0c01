/** The calls of one reply that have no answer yet, however many there are. */
export interface OpenCalls {
  /** The first that was made of those without an answer; undefined when there is none. */
  oldest(): string | undefined;
  close(id: string): void;
}

/** @param ids of the calls as the source gave them, in their order; each closes all calls with it */
export function openCalls(ids: readonly string[]): OpenCalls {
  const closed = new Set<string>();
  let next = 0;
  return {
    oldest() {
      let id = ids[next];
      while (id !== undefined && closed.has(id)) id = ids[++next];
      return id;
    },
    close(id) {
      closed.add(id);
    },
  };
}
