/** Generic mutations of a suspected place, one a file. */
import type { Mutation } from "../mutation.ts";
import { addCondition } from "./add-condition.ts";
import { addGuard } from "./add-guard.ts";
import { addProperty } from "./add-property.ts";
import { adjustNumber } from "./adjust-number.ts";
import { awaitEach } from "./await-each.ts";
import { callUnused } from "./call-unused.ts";
import { changeArguments } from "./change-arguments.ts";
import { changeComparison } from "./change-comparison.ts";
import { changeConstant } from "./change-constant.ts";
import { changeCut } from "./change-cut.ts";
import { changeExit } from "./change-exit.ts";
import { changeMethod } from "./change-method.ts";
import { changeOperator } from "./change-operator.ts";
import { changeRegex } from "./change-regex.ts";
import { copyStatement } from "./copy-statement.ts";
import { defaultValue } from "./default-value.ts";
import { dropCondition } from "./drop-condition.ts";
import { dropPart } from "./drop-part.ts";
import { dropStatement } from "./drop-statement.ts";
import { keepState } from "./keep-state.ts";
import { missingCase } from "./missing-case.ts";
import { moveStatement } from "./move-statement.ts";
import { negateCondition } from "./negate-condition.ts";
import { reorderParts } from "./reorder-parts.ts";
import { resetState } from "./reset-state.ts";
import { swapLiteral } from "./swap-literal.ts";
import { swapProperty } from "./swap-property.ts";
import { swapValue } from "./swap-value.ts";
import { wrapCall } from "./wrap-call.ts";

/** Each changes a place that is suspected, in a way that many faults of harnesses are undone by. */
export const MUTATIONS: readonly Mutation[] = [
  addCondition,
  addGuard,
  addProperty,
  adjustNumber,
  awaitEach,
  callUnused,
  changeArguments,
  changeComparison,
  changeConstant,
  changeCut,
  changeExit,
  changeMethod,
  changeOperator,
  changeRegex,
  copyStatement,
  defaultValue,
  dropCondition,
  dropPart,
  dropStatement,
  keepState,
  missingCase,
  moveStatement,
  negateCondition,
  reorderParts,
  resetState,
  swapLiteral,
  swapProperty,
  swapValue,
  wrapCall,
];
