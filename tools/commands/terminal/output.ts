import Table from "cli-table3";

/** Prints one JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a line on stdout. */
export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a line on stderr that a user should know but no machine reads. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints a plain table. A column of numbers only is right-aligned. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const isNumber = head.map((_, column) => rows.every((row) => /^[-+~\d.,%x/ ]*$/.test(String(row[column]))));
  const table = new Table({
    head: [...head],
    colAligns: isNumber.map((numeric) => (numeric ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  printLine(table.toString());
}

/** Writes 0.8123 as "81.2 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Writes 0.79 and 0.83 as "79.0-83.0 %". */
export function percentInterval([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)} %`;
}

/** Writes bytes as "3,412 B". */
export function bytesText(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} B`;
}

/** Writes seconds as "45 s", "12 min" or "3 h 20 min". */
export function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
