import type { TierReport } from "./probe.ts";

/** No tier that is good enough works on this machine. The message says what to do about it. */
export class NoSandbox extends Error {
  override readonly name = "NoSandbox";
  readonly reports: readonly TierReport[];

  constructor(wanted: string, reports: readonly TierReport[]) {
    const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
    super(
      [
        `${wanted}. Model-written code is not run without one.`,
        ...reports.map(
          ({ tier, status, detail, fix }) =>
            `  ${tier}: ${status}, ${firstLine(detail)}${fix === undefined ? "" : `; to open it: ${fix}`}`,
        ),
      ].join("\n"),
    );
    this.reports = reports;
  }
}
