import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generated } from "../../../../docs/generated.ts";

test.each(generated().map(([file, text]) => [file.pathname.split("/").at(-1), file, text] as const))(
  "%s is what the code says; `npm run generate` writes it",
  (_, file, text) => {
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(text);
  },
);

test("the schema of agent.yaml knows its keys and no others", () => {
  const text = generated().find(([file]) => file.pathname.endsWith("agent.schema.json"))?.[1] ?? "{}";
  const schema = JSON.parse(text);
  expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: ["version"] });
  expect(schema.properties.model.properties.provider).toMatchObject({
    enum: ["procedure", "anthropic"],
    default: "procedure",
  });
});
