/** Prompt files, as editors on any system leave them. */
import type { Kernel } from "ratchet-agent/protocol";

/** The text of `prompts/<name>.md`, or the fallback when the file is missing or blank. */
export function promptText(kernel: Kernel, name: string, fallback: string): string {
  return normalised(kernel.hello.prompts[name] ?? "") || fallback;
}

/** Without carriage returns and outer blank space, which takes in the byte order mark. */
export function normalised(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim();
}
