import { I32View, I8View } from "../views";
import { loadWeight } from "./panel";

/**
 * sums[lane] += sum over e of input[e] * panel[e][lane]: one column's share of a dense layer. A head over many columns
 * keeps its sums between columns, so that no column has to be kept.
 */
export function accumulate(input: I8View, span: i32, panel: I8View, lanes: i32, sums: I32View): void {
  for (let lane = 0; lane < lanes; lane++) {
    let sum = sums[lane];
    for (let element = 0; element < span; element++) sum += input[element] * loadWeight(panel, element, lane);
    sums[lane] = sum;
  }
}
