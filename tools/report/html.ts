/** Escapes text so that HTML shows it as it is. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A cell: its text, and the value that it is sorted by where that is not the text. */
export interface Cell {
  readonly text: string;
  readonly sortBy?: number;
}

/** Makes a cell of a number, sorted by its value. */
export function numberCell(value: number | null, text = String(value)): Cell {
  return value === null ? { text: "–", sortBy: Number.MAX_VALUE } : { text, sortBy: value };
}

export interface TableColumn {
  readonly title: string;
  readonly isNumber: boolean;
}

/** Writes a table that a click on a heading sorts (page-script.ts). */
export function sortableTable(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): string {
  const className = columns.map(({ isNumber }) => (isNumber ? ' class="number"' : ""));
  const head = columns.map(
    ({ title }, i) => `<th${className[i]}><button type="button">${escapeHtml(title)}</button></th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map(({ text, sortBy }, i) => {
      const value = sortBy === undefined ? "" : ` data-value="${sortBy}"`;
      return `<td${className[i]}${value}>${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="sortable"><thead><tr>${head.join("")}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

/** Writes 0.8123 as "81.2 %". */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Writes "0.812 [0.790–0.834]". */
export function withInterval(value: number, [low, high]: readonly [number, number]): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}–${high.toFixed(3)}]`;
}

/** Writes "34,864 B". */
export function bytesText(bytes: number): string {
  return `${Math.round(bytes).toLocaleString("en-US")} B`;
}
