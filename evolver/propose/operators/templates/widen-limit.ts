import type { ts as T } from "ts-morph";
import { literalOf, numberText } from "../shapes/constants.ts";
import type { Operator, Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { each, linesOf } from "../project.ts";
import type { Project, Source } from "../project.ts";

const FACTOR = 4;

/** Raises a limit that cuts work off: a number that a loop or a condition is compared against, or that a text is cut to. */
export const widenLimit: Operator = {
  name: "widen-limit",
  appliesTo: ({ weights }) =>
    Math.max(
      weights.get("steps-exhausted") ?? 0,
      0.9 * (weights.get("truncated-observation") ?? 0),
      0.3 * (weights.get("budget-exhausted") ?? 0),
    ),
  transform(project, evidence) {
    const found = new Map<T.NumericLiteral, { source: Source; places: T.Node[] }>();
    for (const source of project.sources) {
      for (const limit of limits(project, source)) {
        const literal = literalOf(project, source, limit);
        if (!literal || Number(literal.node.text) < 2) continue;
        const known = found.get(literal.node) ?? { source: literal.source, places: [] };
        found.set(literal.node, { ...known, places: [...known.places, limit] });
      }
    }
    return [...found].flatMap(([literal, { source, places }]) => widened(source, literal, places, evidence));
  },
  rationale: (evidence) =>
    `${(evidence.hypothesis("steps-exhausted") ?? evidence.hypothesis("truncated-observation"))?.evidence ?? "A limit cut the work off"}: the limit is smaller than the task.`,
};

/** Right or left sides of order comparisons, and the ends of cuts. */
function limits({ ts }: Project, source: Source): T.Expression[] {
  const compared = each(ts, source.ast, ts.isBinaryExpression).flatMap((node) => {
    const { kind } = node.operatorToken;
    const {
      LessThanToken,
      LessThanEqualsToken,
      GreaterThanToken,
      GreaterThanEqualsToken,
      EqualsEqualsEqualsToken,
    } = ts.SyntaxKind;
    const order = [LessThanToken, LessThanEqualsToken, GreaterThanToken, GreaterThanEqualsToken].includes(
      kind,
    );
    // `if (step === MAX) break` is a limit as well, unless it compares lengths with a literal.
    return order || (kind === EqualsEqualsEqualsToken && ts.isIdentifier(node.right))
      ? [node.left, node.right]
      : [];
  });
  const cut = each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression;
    const end = call.arguments[1];
    return ts.isPropertyAccessExpression(callee) &&
      /^(?:slice|substring|substr)$/.test(callee.name.text) &&
      end
      ? [end]
      : [];
  });
  // `Array.from({ length: 8 })`, `range(8)`: a loop over a made-up list.
  const lengths = each(ts, source.ast, ts.isPropertyAssignment).flatMap((property) =>
    property.name.getText(source.ast) === "length" ? [property.initializer] : [],
  );
  return [...compared, ...cut, ...lengths];
}

function widened(
  source: Source,
  literal: T.NumericLiteral,
  places: readonly T.Node[],
  evidence: Evidence,
): Variant[] {
  const written = literal.getText(source.ast);
  const value = Number(written.replaceAll("_", ""));
  // A number that is written in hexadecimal is a mask or a code point, never a limit.
  if (!Number.isInteger(value) || /^0x/i.test(written)) return [];
  const lines = linesOf(source, literal);
  const near = Math.max(
    suspicionAt(evidence, source.path, lines.from, lines.to),
    // The literal may be a constant at the top that no coverage counts: its uses are what runs.
    ...places.map((place) => {
      const at = place.getSourceFile();
      const line = at.getLineAndCharacterOfPosition(place.getStart(at)).line + 1;
      return suspicionAt(evidence, at.fileName, line, line);
    }),
  );
  const fit = near * agreement(value, evidence);
  const text = numberText(value * FACTOR, written);
  const splices = [{ start: literal.getStart(source.ast), end: literal.end, text }];
  return [
    { title: `Raise the limit of ${written} to ${text}`, splices: new Map([[source.path, splices]]), fit },
  ];
}

/** The run stopped after just so many steps, or the observation was cut to just that length. */
function agreement(value: number, evidence: Evidence): number {
  const bySteps =
    evidence.weights.has("steps-exhausted") && evidence.steps.some((steps) => Math.abs(steps - value) <= 1);
  const byLength = evidence.shownLengths.some(
    (shown) => value >= 50 && shown >= value * 0.9 && shown <= value * 1.1 + 100,
  );
  return bySteps || byLength ? 1 : 0.3;
}
