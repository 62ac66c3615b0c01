import { describe, expect, it } from "vitest";
import { attributeConversation, rankTurns } from "../../../../evolver/analyse/conversation/attribute.ts";
import { fit, probabilities } from "../../../../evolver/analyse/conversation/choice.ts";
import { TRAITS } from "../../../../evolver/analyse/conversation/traits.ts";
import { conversationOf } from "../../../../evolver/analyse/conversation/turns.ts";
import type { Trace } from "../../../../evolver/failure.ts";
import { trace as traceOf } from "../../traces.ts";

const PLAN =
  "We look up the population of the two towns, subtract, and report the difference in whole numbers. ".repeat(
    2,
  );

function talk(...said: readonly (readonly [string, string])[]): Trace {
  return traceOf(
    ...said.map(([agent, text], step) => ({
      kind: "model_called" as const,
      step,
      request: { hash: "", shared: 0, messages: [] },
      reply: { content: [{ type: "text" as const, text }], stop_reason: "end_turn" as const, model: "m" },
      source: { step, agent },
      ms: 0,
    })),
  );
}

describe("a run of several agents", () => {
  it("blames the one who makes up figures, not the terminal and not the one who sums up", () => {
    const guesses = attributeConversation(
      talk(
        ["Planner", PLAN],
        ["Terminal", "There is no code from the last message for me to execute."],
        ["Analyst", `I will assume sample data: the towns have 4521 and 3977 people, from memory. ${PLAN}`],
        ["Planner", "The difference is 544. TERMINATE"],
      ),
    );
    expect(guesses?.hypotheses[0]).toMatchObject({
      step: 2,
      agent: "Analyst",
      category: "contradicted-claim",
    });
    expect(guesses?.signature.kind).toBe("contradicted-claim");
    expect(guesses?.hypotheses.find(({ agent }) => agent === "Terminal")?.against).toContain("only reports");
    expect(guesses?.hypotheses.map(({ score }) => score).reduce((a, b) => a + b, 0)).toBeCloseTo(1);
  });

  it("names the error that came of the decisive turn", () => {
    const guesses = attributeConversation(
      talk(
        ["Planner", PLAN],
        ["Coder", `${PLAN}\n\`\`\`python\nprint(towns["b"])\n\`\`\``],
        ["Terminal", "exitcode: 1\nTraceback (most recent call last)\nKeyError: 'towns'"],
      ),
    );
    expect(guesses?.hypotheses[0]).toMatchObject({ agent: "Coder" });
    expect(guesses?.signature.template).toMatch(/failed: KeyError: /);
  });

  it("knows the environment by what it says, and gives its words to the turn before", () => {
    const conversation = conversationOf(
      talk(
        ["Coder", `${PLAN}\n\`\`\`python\nprint(1 / 0)\n\`\`\``],
        ["Runner", "exitcode: 1 (execution failed)\nTraceback"],
        ["Coder", `${PLAN} again`],
        ["Runner", "exitcode: 0 (execution succeeded)\n2"],
      ),
    );
    expect(conversation?.turns.map(({ environment }) => environment)).toEqual([false, true, false, true]);
    expect(conversation?.turns[0]?.observed).toContain("exitcode: 1");
    expect(conversation?.ended).toBe(false);
  });

  it("is not what a run without named authors is", () => {
    const trace = talk(["a", "x"]);
    const events = trace.events.map((event) =>
      event.kind === "model_called" ? { ...event, source: { step: 0 } } : event,
    );
    expect(attributeConversation({ ...trace, events })).toBeUndefined();
  });

  it("ranks by the weights that it is given", () => {
    const trace = talk(["a", PLAN], ["b", "short"], ["a", `${PLAN} TERMINATE`]);
    const only = (trait: string): number[] => TRAITS.map((name) => (name === trait ? 5 : 0));
    expect(rankTurns(trace, only("brief"))?.[0]?.at).toBe(1);
    expect(rankTurns(trace, only("said-it-was-over"))?.[0]?.at).toBe(2);
  });
});

describe("the choice model", () => {
  it("learns which trait decides", () => {
    const choices = Array.from({ length: 40 }, (_, i) => ({
      alternatives: [
        [1, i % 2],
        [0, (i + 1) % 2],
      ],
      chosen: 0,
    }));
    const [deciding = 0, idle = 0] = fit(choices, 2);
    expect(deciding).toBeGreaterThan(1);
    expect(Math.abs(idle)).toBeLessThan(0.1);
  });

  it("gives probabilities that add up, also for large sums", () => {
    const chances = probabilities([[1000], [999], [0]], [1]);
    expect(chances.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
    expect(chances[0]).toBeCloseTo(1 / (1 + Math.exp(-1)));
  });
});
