/** Where the compiler finds the types of the protocol: the source in a clone, the declarations in a package. */
import { existsSync } from "node:fs";
import { packageFile } from "../../runtime/kernel/package.ts";

export function protocolTypes(): string {
  const source = packageFile("runtime/kernel/protocol.ts");
  return existsSync(source) ? source : packageFile("dist/runtime/kernel/protocol.d.ts");
}
