/**
 * One matrix product: what every gemm twin takes. A conv1d is a product of overlapping rows with a panel of eight
 * channels:
 *   sum[c][lane]  = bias[lane] + sum over t, e of input[c * columnStep + t * tapStep + e] * weight[t][e][lane]
 *   out[c][lane]  = clamp(requantize(sum[c][lane]))          c in 0..columns-1, lane in 0..lanes-1
 * Steps count elements of the input.
 */
@unmanaged @final
export class Product {
  /** Address of the input's first element. */
  input: i32;
  columnStep: i32;
  /** Runs of `span` consecutive elements to a column, `tapStep` apart. */
  taps: i32;
  tapStep: i32;
  span: i32;
  columns: i32;
  /** Address of the panel (panel.ts) and of i32[8][2]: multiplier and bias of each lane. */
  panel: i32;
  rows: i32;
  lanes: i32;
  shift: i32;
  low: i32;
  high: i32;
  /** Address of out[0][0], `outStep` elements to the next column: i8, or i16 where `wide` is 1. Only i16 inputs have wide outputs. */
  out: i32;
  outStep: i32;
  wide: i32;
}
