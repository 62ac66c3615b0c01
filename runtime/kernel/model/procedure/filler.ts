/** Words that the coverage rule treats in a way of their own. The lists are closed; skills add nothing to them. */

/** Function words, and what people wrap a request in: saying them asks for nothing. */
export const FILLER: ReadonlySet<string> = setOf(`
  a an the this that these those it its i me my we us our you your they them their who whose which what where when how
  why here there and or of in on at to into onto from for with by as is are was were be been being am do does did done
  have has had having will would could can may might shall should must let so then also too up down out off over such
  please kindly thanks hello hi hey dear just all every everything any anything some whole one ones much many often
  about than like want wish need needs again whatever myself yourself while because according among
  write put save store give tell say says said look see show make create get set use using
  used called named wants wanted written file files result output job task`);

/** Whole phrases, taken out of the instruction before its words are looked at. */
export const POLITE: RegExp =
  /\b(?:it would be (?:great|nice|good) if you (?:could|can)|if you (?:please|can|could|like)|thank you(?: very much)?|many thanks|thanks in advance|be so kind as to|for me)\b/giu;

/** Words that narrow, change or negate what is asked. That a skill has such a word somewhere says little: see `coverage.ts`. */
const RESTRICTING: ReadonlySet<string> = setOf(`
  not no non none nothing never nor neither nobody without cannot don't doesn't isn't aren't won't can't shouldn't
  only solely merely except excepting excluding exclude besides but unless until if instead rather however although
  ignore ignores ignoring ignored skip skipping omit omitting leave leaving drop dropping remove removing other others
  before after since between during within above below under beyond
  top bottom first second third last next previous each per
  most least more less fewer larger largest smaller smallest bigger biggest greater greatest higher highest lower
  lowest longer longest shorter shortest older oldest newer newest later latest earlier earliest commonest rarest
  maximum minimum max min average mean median difference ratio percent percentage
  times multiply multiplied divide divided minus subtract subtracted plus twice double triple half rounded round
  two three four five six seven eight nine ten eleven twelve dozen hundred thousand
  reverse reversed ascending descending`);

/** @param word in lower case; a number counts like the words for numbers */
export function restricts(word: string): boolean {
  return RESTRICTING.has(word) || /^\p{N}/u.test(word);
}

function setOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
