import { TERNARY_BITS } from "../export/accounting.ts";

/** A layer's width: bits a weight, or ternary, five weights to a byte. */
export type Width = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "ternary";

/** A width for every layer, by name. */
export type Widths = ReadonlyMap<string, Width>;

export const BIT_WIDTHS: readonly Width[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** Widths of the default search, ternary and wider: one bit needs quantization-aware training. */
export const SEARCH_WIDTHS: readonly Width[] = ["ternary", 2, 3, 4, 5, 6, 7, 8];

/** Gives the bits that a weight takes in the file. */
export function bitsPerWeight(width: Width): number {
  return width === "ternary" ? TERNARY_BITS : width;
}

/** Reads "1".."8" or "ternary". Throws RangeError on anything else. */
export function parseWidth(text: string): Width {
  const width = [...BIT_WIDTHS, "ternary" as const].find((candidate) => String(candidate) === text);
  if (width === undefined) throw new RangeError(`a width is 1 to 8 or ternary, found "${text}"`);
  return width;
}

/** Gives every layer the same width. */
export function uniformWidths(layers: Iterable<string>, width: Width): Widths {
  return new Map([...layers].map((name) => [name, width]));
}

/** Changes the width of one layer. */
export function withWidth(widths: Widths, layer: string, width: Width): Widths {
  return new Map(widths).set(layer, width);
}

/** Gives the bits of each layer's weights. */
export function bitsOf(widths: Widths): ReadonlyMap<string, number> {
  return new Map([...widths].map(([name, width]) => [name, bitsPerWeight(width)] as const));
}
