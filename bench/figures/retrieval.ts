/** How long a search takes in a large library, and what its index takes to build and to hold. */
import { createLessonIndex, createSkillIndex } from "../../skills/find.ts";
import type { Figure, Row } from "../figure.ts";
import { quantile } from "../stats.ts";
import { makeLibrary, realSentences } from "../support/library.ts";

const SIZES = [1_000, 10_000, 100_000];
const QUERIES = 400;
/** As a harness asks when a run starts; and for an error. */
const LIMIT = 8;
const BAR_MS = 5;

export const retrieval: Figure = {
  name: "retrieval",
  about: "a search among 1,000 to 100,000 skills and lessons; more text of others with --data DIR",
  async measure({ data, signal }) {
    const sentences = await realSentences(data);
    const rows: Row[] = [];
    for (const size of SIZES) {
      signal.throwIfAborted();
      rows.push(...measureSize(sentences, size));
    }
    return rows;
  },
};

/** Half of the queries are three sentences long, as instructions are; half are one, as errors are. Both indexes answer each. */
function measureSize(sentences: readonly string[], size: number): Row[] {
  const library = makeLibrary(sentences, size, "library");
  const asked = makeLibrary(sentences, 2 * QUERIES, "queries").skills.map(({ description, body }, at) =>
    at % 2 === 0 ? `${description} ${body.slice(0, 200)}` : description,
  );
  const before = held();
  const began = performance.now();
  const skills = createSkillIndex(library.skills);
  const lessons = createLessonIndex(library.lessons);
  // The first search works the weights in.
  skills.search("warm", LIMIT);
  lessons.search("warm", LIMIT);
  const seconds = (performance.now() - began) / 1000;
  const bytes = held() - before;
  const samples = asked.map((query) => {
    const start = performance.now();
    skills.search(query, LIMIT);
    lessons.search(query, LIMIT);
    return performance.now() - start;
  });
  const what = `search in ${size.toLocaleString("en")} skills and lessons`;
  return [
    {
      what: `${what}, p95`,
      unit: "ms",
      value: quantile(samples, 0.95),
      p99: quantile(samples, 0.99),
      samples: samples.length,
      bar: BAR_MS,
      note: `median ${quantile(samples, 0.5).toFixed(2)} ms; ${sentences.length} real sentences, varied`,
    },
    { what: "… its index built", unit: "s", value: seconds },
    { what: "… its index held", unit: "MiB", value: bytes / 1_048_576, note: "without the texts themselves" },
  ];
}

/** Bytes in use, typed arrays included, after a collection where node was started with --expose-gc. */
function held(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
