import { ACTIVATION_NONE, GRID_MID_TREAD, OP_CONV1D, TYPE_INT8 } from "../../assembly/shared/ops.ts";
import type { Layer } from "./layer.ts";

/** A conv of one channel that copies, multiplier / 2^shift = 1: what a test changes a few fields of. */
export const COPY: Layer = {
  op: OP_CONV1D,
  activation: ACTIVATION_NONE,
  bits: 8,
  grid: GRID_MID_TREAD,
  inputA: 0,
  inputB: 0xffff,
  inputC: 0,
  inChannels: 1,
  outChannels: 1,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padLeft: 0,
  padRight: 0,
  shift: 30,
  outType: TYPE_INT8,
  multiplierA: 0,
  multiplierB: 0,
  groups: 1,
  epsilon: 0,
  multipliers: Int32Array.of(2 ** 30),
  biases: Int32Array.of(0),
  tableShift: 0,
  table: new Int32Array(0),
  weights: Int32Array.of(1),
};
