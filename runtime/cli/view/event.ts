/** An event of a trajectory as one line for people; undefined for what they need not see. */
import type { TrajectoryEvent } from "../../kernel/trajectory/events.ts";
import { bold, dim, fit, green, money, oneLine, red, yellow } from "../output.ts";

/** @param used columns that stand before it. What went wrong is told in full; what happened is cut where the line ends. */
export function describeEvent(event: TrajectoryEvent, used = 0): string | undefined {
  switch (event.kind) {
    case "run_started":
      if (event.imported !== undefined) return dim(`imported from ${event.imported.format}`);
      return dim(`release ${event.release.slice(0, 12)} in ${event.sandbox}, ${oneLine(event.model)}`);
    case "model_called":
      return describeModelCall(event, used);
    case "tool_called": {
      const mark = event.result.is_error ? red("✗") : green("✓");
      const refused =
        event.decision.verdict === "allow"
          ? ""
          : yellow(` ${event.decision.verdict}: ${oneLine(event.decision.reason)}`);
      return fit(
        `  ${mark} ${oneLine(event.name, 40)} ${oneLine(inputText(event.input), 70)}${refused} ${dim(`→ ${oneLine(event.result.content, 60)}`)}`,
        used,
      );
    }
    case "skills_searched":
      return undefined;
    case "skill_loaded":
      return event.found
        ? dim(`  skill ${oneLine(event.name)}`)
        : yellow(`  there is no skill ${oneLine(event.name)}`);
    case "noted":
      if (event.note === "after_the_last_reply") return undefined;
      return fit(dim(`  ${oneLine(event.note)}: ${oneLine(JSON.stringify(event.data), 80)}`), used);
    case "harness_exited":
      return event.error === undefined
        ? undefined
        : red(`harness: ${oneLine(event.error.message, 200)} (${event.exit})`);
    case "finished":
      return `${bold(event.status)}: ${oneLine(event.summary, 200)}`;
    case "budget_reached":
      return yellow(`budget: ${event.limit} ${Math.round(event.spent)} of ${event.cap}`);
    case "protocol_broken":
      return red(`protocol: ${oneLine(event.detail)}`);
    case "verified":
      return event.verdict === "pass"
        ? green("verified: pass")
        : red(`verified: ${event.verdict}: ${oneLine(event.detail, 160)}`);
    case "feedback_given":
      return `feedback: ${event.verdict} ${oneLine(event.why)}`;
    case "run_ended":
      return event.summary === undefined
        ? dim(`ended: ${event.status}`)
        : red(`ended: ${event.status}: ${oneLine(event.summary, 300)}`);
    default:
      return event satisfies never;
  }
}

function describeModelCall(event: Extract<TrajectoryEvent, { kind: "model_called" }>, used: number): string {
  // The steps of an imported run are counted as its source does.
  const head = dim(`step ${event.source?.step ?? event.step + 1}`);
  if (event.error !== undefined)
    return `${head} ${red(`${event.error.code}: ${oneLine(event.error.message, 200)}`)}`;
  const said = event.reply?.content.map((block) => (block.type === "text" ? block.text : "")).join(" ") ?? "";
  const author = event.source?.agent === undefined ? "" : `${dim(`${oneLine(event.source.agent, 30)}:`)} `;
  const cost = event.cost_usd === undefined || event.cost_usd === 0 ? "" : dim(` ${money(event.cost_usd)}`);
  const recorded = event.replayed === true ? dim(" (recorded)") : "";
  return fit(`${head} ${author}${oneLine(said, 90) || dim("(no text)")}${cost}${recorded}`, used);
}

function inputText(input: unknown): string {
  if (typeof input !== "object" || input === null) return JSON.stringify(input) ?? "";
  const values = Object.values(input).map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  return values.join(" ");
}
