import Table from "cli-table3";

/** One JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** What a user should know but no machine reads: stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A plain table; numbers are right-aligned where `right` says so. */
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

/** 0.8123 as "81.2 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** 0.79, 0.83 as "79.0-83.0 %". */
export function percentInterval([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)} %`;
}

/** Bytes as "3,412 B". */
export function bytesText(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} B`;
}

/** Seconds as "45 s", "12 min" or "3 h 20 min". */
export function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
