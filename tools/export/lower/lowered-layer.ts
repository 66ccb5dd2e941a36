import * as ops from "../../../assembly/shared/ops.ts";
import type { RequantizationRow } from "./requantization.ts";

/** The fields of a layer's record, with the requantisation rows and weight tiles that it points to. */
export interface LoweredLayer {
  readonly name: string;
  readonly op: number;
  readonly activation: number;
  readonly bits: number;
  readonly grid: number;
  /** Tensor indices; an add has two, attention three. */
  readonly inputs: readonly number[];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly outType: number;
  readonly shift: number;
  readonly multiplierA: number;
  readonly multiplierB: number;
  /** Groups of a conv that has two or more, heads of attention; else 0. */
  readonly groups: number;
  readonly epsilon: number;
  readonly tableShift: number;
  /** The form of the rows (`FormedRows` of narrow-rows.ts). */
  readonly rowForm: number;
  /** The values that the engine computes with, whatever their form. */
  readonly rows: readonly RequantizationRow[];
  /** The table of a layer with ACTIVATION_TABLE; else empty. */
  readonly table: Int16Array;
  /** Bit planes of its weights in the file, 0 for a bit stream. */
  readonly planes: number;
  /** Weight tiles; a tile of a layer in planes has its `bits` upper planes, end to end. */
  readonly tiles: readonly Uint8Array[];
}

/** Values of the fields that a layer's op does not use. */
export const PLAIN_LAYER = {
  activation: ops.ACTIVATION_NONE,
  bits: 0,
  grid: ops.GRID_NONE,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padLeft: 0,
  padRight: 0,
  shift: 0,
  multiplierA: 0,
  multiplierB: 0,
  groups: 0,
  epsilon: 0,
  tableShift: 0,
  rowForm: 0,
  rows: [],
  planes: 0,
  table: new Int16Array(0),
  tiles: [],
} as const;
