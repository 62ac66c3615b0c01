/** What everybody writes, and what the tools and the protocol are called: it gives nothing away. */
import { builtinTools, toolSpecs } from "../../runtime/kernel/tools/registry.ts";
import { atomsOf, normalised } from "./units.ts";

/** Atoms that no patch can be blamed for. */
export function commonAtoms(): ReadonlySet<string> {
  atoms ??= new Set([
    ...atomsOf(normalised(JSON.stringify(toolSpecs(builtinTools())))),
    ...WORDS.split(/\s+/),
  ]);
  return atoms;
}

let atoms: Set<string> | undefined;

const WORDS = `a about above according action actual add added after again against all allow already also always am an and
another answer any anything are argument array as ask at available await away back bad base be because become been before
begin below best better between big blank body both break but by call called can cannot case catch cause change changed
character characters check clean clear close code column columns command common complete const contain content context
continue copy correct could count create csv current cut data date day days decimal default delete describe did different
directory do document does done down each edit either element else empty end ends enough entry equal error errors etc even
every exact example except exist exists exit expect expected extra fail failed failure false few field fields file files
fill find finish finished first fix folder follow following for form format found from full function further get give given
go goes good got great group had half handle has have head header heading hello help here high hold how however html http
https i id if ignore import in include index info input inside instead instruction into invalid is it item items its itself
json just keep key keys kind know known large last later least left length less let level like limit line lines link list
local log long look low made main make many map mark match matter max may maybe md me mean message messages method min
missing model more most move much must my name names necessary need needed never new next no nobody none not note nothing
now null number numbers object of off often ok old on once one only open option or order other otherwise our out output
over own page part pass passed path paths pattern per pick place plain please point possible print problem program prompt
put quick quote rather read ready real really reason record remove reply report request required response rest result
results return right round row rows rule run runs safe same save say says script search second see seen select send set
several shall short should show side sign simple since single size skill skills skip small so some something sort source
space start state status step steps still stop store string such sum sure system table take task tasks tell test tests
text than that the their them then there these they thing this those through time times title to today together too tool
tools top total toward true try twice two txt type under undefined unique until up update use used user uses using utf
valid value values variable version very was way we were what when where whether which while who whole why will with
within without word words work workspace would write written wrong xml yaml year yes yet you your zero http www com org
net js ts mjs py sh node three four five six seven eight nine ten`;
