/** ISO date, `days` after the first of January 2026. */
export function day(days: number): string {
  return new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10);
}
