/** odd-one-out.mjs NAME=VALUE NAME=VALUE NAME=VALUE …: which one differs from what all the others agree on. */
const pairs = process.argv.slice(2).map((text) => {
  const at = text.indexOf("=");
  if (at < 1) fail(`${text} is not NAME=VALUE`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
});
if (pairs.length < 3) fail("it takes three values to tell which one is wrong");

const counts = Map.groupBy(pairs, ({ value }) => value);
const odd = [...counts.values()].filter((group) => group.length === 1);
if (counts.size === 1) console.log(`fault: none, all are ${pairs[0].value}`);
else if (counts.size === 2 && odd.length === 1) {
  const [{ name, value }] = odd[0];
  const right = pairs.find((pair) => pair.value !== value).value;
  console.log(`fault: ${name}: ${value} should be ${right}`);
} else fail(`no single value stands out: ${pairs.map(({ name, value }) => `${name}=${value}`).join(" ")}`);

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
