import { deltas } from "./deltas.ts";
import { CEPSTRA, createMelCepstra } from "./mel-cepstra.ts";
import { TIME_STATISTICS, timeStatistics } from "./time-statistics.ts";
import type { TokenGrid } from "./token-grid.ts";

/** The features that the first iteration's clusters are made of. */
export const FEATURE_KINDS = ["mfcc", "time", "mixed"] as const;
/** 13 cepstra with their first and second slopes; 10 statistics of the wave; the statistics beside the plain cepstra. */
export type FeatureKind = (typeof FEATURE_KINDS)[number];

export interface TokenFeatures {
  /** Values a token. */
  readonly width: number;
  /** @returns [tokens][width] of one lead at 500 Hz in millivolts */
  of(signal: Float32Array, grid: TokenGrid): Float32Array;
}

export function createTokenFeatures(kind: FeatureKind): TokenFeatures {
  const cepstraOf = createMelCepstra();
  switch (kind) {
    case "mfcc":
      return {
        width: 3 * CEPSTRA,
        of(signal, grid) {
          const cepstra = cepstraOf(signal, grid);
          const slopes = deltas(cepstra, CEPSTRA);
          const bends = deltas(slopes, CEPSTRA);
          return beside([cepstra, slopes, bends], grid.tokens);
        },
      };
    case "time":
      return { width: TIME_STATISTICS.length, of: timeStatistics };
    case "mixed":
      return {
        width: TIME_STATISTICS.length + CEPSTRA,
        of: (signal, grid) => beside([timeStatistics(signal, grid), cepstraOf(signal, grid)], grid.tokens),
      };
  }
}

/** The rows of several tables, joined. */
function beside(tables: readonly Float32Array[], rows: number): Float32Array {
  const width = tables.reduce((sum, table) => sum + table.length, 0) / rows;
  const joined = new Float32Array(rows * width);
  let column = 0;
  for (const table of tables) {
    const part = table.length / rows;
    for (let row = 0; row < rows; row++) joined.set(table.subarray(row * part, (row + 1) * part), row * width + column);
    column += part;
  }
  return joined;
}
