import { relative } from "node:path";
import { firstSuite, initHome, type Template } from "../../kernel/home/init.ts";
import { bold, print, printJson } from "../output.ts";

export async function init(dir: string, options: { template: Template; json?: boolean }): Promise<void> {
  const home = await initHome(dir, options.template);
  if (options.json === true) {
    printJson({ home, template: options.template });
    return;
  }
  print(`A home with the ${options.template} genome is at ${bold(home)}`);
  print();
  print("  agent.yaml, guardrails.yaml, tasks/    yours; evolution never changes them");
  print("  harness/, prompts/, skills/            the genome; evolution proposes changes as branches");
  print();
  const there = relative(process.cwd(), home);
  const enter =
    there === "" ? "" : `cd ${/^[\w./~-]+$/.test(there) ? there : `'${there.replaceAll("'", "'\\''")}'`} && `;
  print(`Next:  ${enter}agent run --suite ${firstSuite(options.template)}`);
  print("       agent doctor      checks this machine");
}
