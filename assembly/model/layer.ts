import { at } from "../views";
import * as layout from "../shared/layout";

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
  requantizationRow: u32;
  weightsAt: u32;
  weightsBytes: u32;
  firstTile: u32;
  tileCount: u32;
  multiplierA: i16;
  multiplierB: i16;
  /** Row of input A (B) within its buffer at which the next column begins. */
  nextA: i32;
  nextB: i32;
  /** Rows made since the state was reset. */
  rows: i64;

  /** CRC-32 of those rows, kept in check mode. */
  crc: u32;
  /** Columns summed so far of a dense layer's window; columns of an average pool that ended before its warm-up. */
  column: i32;
  /** Address of a dense layer's i32 sums, one a channel. */
  sumsAt: i32;
  /** Address of unpacked tiles kept for good, or 0: each pass reads and unpacks them. */
  cacheAt: i32;
  /** Whether the cache is filled. */
  cached: i32;
  /** Rows made since the counters were reset: unlike `rows` it survives the end of a window. */
  profileRows: i64;
  /** Tile reads since the counters were reset. */
  profileTiles: i64;
}

if (offsetof<Layer>("inputA") != layout.LAYER_INPUT_A_AT) ERROR("inputA moved");
if (offsetof<Layer>("kernel") != layout.LAYER_KERNEL_AT) ERROR("kernel moved");
if (offsetof<Layer>("padRight") != layout.LAYER_PAD_RIGHT_AT) ERROR("padRight moved");
if (offsetof<Layer>("requantizationRow") != layout.LAYER_REQUANTIZATION_AT) ERROR("requantizationRow moved");
if (offsetof<Layer>("tileCount") != layout.LAYER_TILE_COUNT_AT) ERROR("tileCount moved");
if (offsetof<Layer>("multiplierB") != layout.LAYER_MULTIPLIER_B_AT) ERROR("multiplierB moved");
if (offsetof<Layer>("nextA") != layout.LAYER_RESERVED_AT) ERROR("the file's record does not end at nextA");

/** One tensor's sliding buffer: rows of channels, the oldest first, halo rows of zeros before the record. */
@unmanaged @final
export class Tensor {
  rowsAt: i32;
  rowBytes: i32;
  /** Elements of a row. */
  channels: i32;
  type: i32;
  capacity: i32;
  /** Rows held, zero rows before and behind the record included. */
  held: i32;
  /** Zero rows before the record: the largest padLeft of its consumers. */
  halo: i32;
  /** Zero rows behind the record: the largest padRight of its consumers, once `ended`. */
  tail: i32;
  /** No row will follow. */
  ended: i32;
  /** Input samples to a row. */
  strideSamples: i32;
  /** Last input sample that row 0 depends on. */
  reachSamples: i32;
  /** Row counts of the plan's simulation (plan.ts). */
  rowsNow: i32;
  rowsNext: i32;
}

// @ts-ignore: decorator
@inline
export function layerAt(layersAt: i32, index: i32): Layer {
  return at<Layer>(layersAt + index * <i32>offsetof<Layer>());
}

// @ts-ignore: decorator
@inline
export function tensorAt(tensorsAt: i32, index: i32): Tensor {
  return at<Tensor>(tensorsAt + index * <i32>offsetof<Tensor>());
}

// @ts-ignore: decorator
@inline
export function rowAddress(tensor: Tensor, row: i32): i32 {
  return tensor.rowsAt + row * tensor.rowBytes;
}

/** Rows of a tensor that a layer may see: not the zero rows behind the record that others need and it does not. */
export function visibleRows(tensor: Tensor, padRight: i32): i32 {
  return tensor.ended != 0 ? tensor.held - tensor.tail + padRight : tensor.held;
}
