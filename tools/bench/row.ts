import type { Width } from "../quantize/width.ts";

/** One thing to time, from its name to a call that does it once. */
export interface RowPlan {
  /** The work that is timed, in the same words for every build. */
  readonly name: string;
  /** The build of our engine, or a peer's name. */
  readonly build: string;
  /** Bits of a weight: 8..1, "ternary", the mean of a network with several widths, or 32 for float. */
  readonly bits: Width | number;
  /** The network; its rows share a baseline. */
  readonly network: string;
  /** Multiply-accumulates of one run. */
  readonly macs: number;
  /**
   * Loads the network and checks its output. Throws NotInstalledError and RefusedError, which leave out this row alone.
   */
  prepare(): Promise<Prepared>;
}

export type Run = () => unknown;

/** A row that is ready to be timed. */
export interface Prepared {
  readonly run: Run;
  /** Linear memory that an engine uses; undefined for a peer. */
  readonly ramBytes?: number;
}

/** The row that all rows of its network are compared with. */
export const BASELINE = { build: "onnxruntime-web", bits: 8 } as const;

export function isBaseline(row: Pick<RowPlan, "build" | "bits">): boolean {
  return row.build === BASELINE.build && row.bits === BASELINE.bits;
}

/** Returns the text that `--rows` is matched with: "R-1M window, simd, 4 bit". */
export function labelOf({ name, build, bits }: Pick<RowPlan, "name" | "build" | "bits">): string {
  return `${name}, ${build}, ${bits === "ternary" ? bits : `${bits} bit`}`;
}

/** The error of a peer that this machine does not have. */
export class NotInstalledError extends Error {}

/** The error of a row that gave other results than it should. */
export class RefusedError extends Error {}
