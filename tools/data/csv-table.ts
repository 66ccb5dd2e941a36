/** A comma with an even number of quotes after it, which parts two cells. */
const OUTSIDE_QUOTES = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;

/**
 * The cells of a comma-separated text, row by row; blank lines are dropped, cells are trimmed. A cell may stand in
 * double quotes (RFC 4180), but not go on over a line end.
 */
export function parseCsv(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => (line.includes('"') ? splitQuoted(line) : line.split(",").map((cell) => cell.trim())));
}

function splitQuoted(line: string): string[] {
  return line.split(OUTSIDE_QUOTES).map((cell) => {
    const trimmed = cell.trim();
    return trimmed.startsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
  });
}
