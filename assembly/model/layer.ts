import { at } from "../views";
import * as layout from "../shared/layout";
import { OP_AVERAGE_POOL, OP_DENSE, OP_GROUP_NORM, OP_LAYER_NORM, OP_WINDOW } from "../shared/ops";

/**
 * A layer in RAM: the 64 bytes of the file's record, its reserved bytes used for progress, then what a run needs.
 * Layer i makes tensor i + 1.
 */
@unmanaged @final
export class Layer {
  op: u8;
  activation: u8;
  bits: u8;
  grid: u8;
  inputA: u16;
  inputB: u16;
  inChannels: u16;
  outChannels: u16;
  kernel: u16;
  stride: u16;
  dilation: u16;
  padLeft: u16;
  padRight: u16;
  shift: u8;
  outType: u8;
  requantizationAt: u32;
  weightsAt: u32;
  weightsBytes: u32;
  firstTile: u32;
  tileCount: u32;
  multiplierA: i16;
  multiplierB: i16;
  groups: u16;
  inputC: u16;
  epsilon: u32;
  tableShift: u8;
  rowForm: u8;
  planes: u8;
  /** Columns summed so far of a dense layer's window. */
  column: i32;
  /** Input rows that a head layer has taken. */
  taken: i64;
  /** CRC-32 of the rows made, kept in check mode. */
  crc: u32;

  /** Index of the layer in the file. */
  index: i32;
  /** A dense layer's i32 sums, one a channel; an average pool's i16 sums of blocks of rows (run/average-pool.ts). */
  sumsAt: i32;
  sumsBytes: i32;
  /** Rows to a block, and blocks, of an average pool. */
  blockRows: i32;
  blocks: i32;
  /** Layout of the weights for their kernel (kernels/panel.ts), and the number of its steps that may add up before they are widened. */
  panelKind: i32;
  group: i32;
  /** Address of unpacked tiles kept for good, or 0: each pass reads and unpacks them. */
  cacheAt: i32;
  /** Whether the cache is filled. */
  cached: i32;
  /** Rows made since the counters were reset: unlike a tensor's rows they survive the end of a window. */
  profileRows: i64;
  /** Tiles read since then or, for an attention, which has no tiles, its multiply-accumulates. */
  profileWork: i64;
}

if (offsetof<Layer>("inputA") != layout.LAYER_INPUT_A_AT) ERROR("inputA moved");
if (offsetof<Layer>("kernel") != layout.LAYER_KERNEL_AT) ERROR("kernel moved");
if (offsetof<Layer>("padRight") != layout.LAYER_PAD_RIGHT_AT) ERROR("padRight moved");
if (offsetof<Layer>("requantizationAt") != layout.LAYER_REQUANTIZATION_AT) ERROR("requantizationAt moved");
if (offsetof<Layer>("tileCount") != layout.LAYER_TILE_COUNT_AT) ERROR("tileCount moved");
if (offsetof<Layer>("multiplierB") != layout.LAYER_MULTIPLIER_B_AT) ERROR("multiplierB moved");
if (offsetof<Layer>("epsilon") != layout.LAYER_EPSILON_AT) ERROR("epsilon moved");
if (offsetof<Layer>("tableShift") != layout.LAYER_TABLE_SHIFT_AT) ERROR("tableShift moved");
if (offsetof<Layer>("rowForm") != layout.LAYER_ROW_FORM_AT) ERROR("rowForm moved");
if (offsetof<Layer>("planes") != layout.LAYER_PLANES_AT) ERROR("planes moved");
if (<i32>offsetof<Layer>("column") < layout.LAYER_RESERVED_AT) ERROR("column lies on a field of the file's record");

export function layerAt(layersAt: i32, index: i32): Layer {
  return at<Layer>(layersAt + index * <i32>offsetof<Layer>());
}

/** Input rows from a column's first to its last. */
export function spanOf(layer: Layer): i32 {
  return (<i32>layer.kernel - 1) * layer.dilation + 1;
}

/** Tells whether a network's head begins with this layer: it takes its input rows one by one and keeps what a decision needs. */
export function isHead(layer: Layer): bool {
  return layer.op == OP_AVERAGE_POOL || layer.op == OP_DENSE || layer.op == OP_WINDOW;
}

export function isNorm(layer: Layer): bool {
  return layer.op == OP_LAYER_NORM || layer.op == OP_GROUP_NORM;
}
