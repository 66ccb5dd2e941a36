import { I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/**
 * sums[lane] += sum over e of input[e] * panel[e][lane] for eight lanes: one column's share of a dense layer. A head
 * over many columns keeps its sums between columns, so that no column has to be kept.
 *   input  i8[span]    panel  i8[span][8]    sums  i32[8]
 */
export function accumulate(input: I8View, span: i32, panel: I8View, sums: I32View): void {
  for (let lane = 0; lane < TILE_CHANNELS; lane++) {
    let sum = sums[lane];
    for (let element = 0; element < span; element++) sum += input[element] * panel[element * TILE_CHANNELS + lane];
    sums[lane] = sum;
  }
}
