/** Writes what is generated from code: the help text of the launcher and the JSON Schemas for editors. `npm run generate`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { generated } from "./generated.ts";

for (const [file, text] of generated()) {
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}
