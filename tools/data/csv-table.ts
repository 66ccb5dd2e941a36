/**
 * Parses the cells of a comma-separated text, row by row; blank lines are dropped, cells are trimmed. A cell in double
 * quotes (RFC 4180) may hold commas and line ends.
 */
export function parseCsv(text: string): string[][] {
  return text.includes('"')
    ? parseQuoted(text)
    : textLines(text).map((line) => line.split(",").map((cell) => cell.trim()));
}

/**
 * Parses a file's bytes like `parseCsv`, but yields one row at a time: all cells of a day of ECG, as strings, take 4
 * GB. A cell ends with its line.
 */
export function* csvRows(bytes: Uint8Array): Generator<string[]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMarked = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
  for (let from = isMarked ? 3 : 0; from < text.length; ) {
    const end = text.indexOf(0x0a, from);
    const line = text.toString("utf8", from, end < 0 ? text.length : end).trim();
    if (line !== "") yield parseCsv(line)[0];
    from = end < 0 ? text.length : end + 1;
  }
}

function textLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** A cell, in quotes or not, and its end: a comma, a line end or the end of the text. */
const CELL = /[^\S\r\n]*(?:"((?:[^"]|"")*)"[^\S\r\n]*|([^,\r\n]*))(,|\r?\n|\r|$)/gy;

function parseQuoted(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(CELL)) {
    row.push(quoted === undefined ? bare.trim() : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
