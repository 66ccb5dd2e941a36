import { LANES } from "./product-case.ts";

/**
 * [taps][ceil(span / size)][8][size]: the weights of i8[taps * span][8], `size` elements of a run at a time, `offset`
 * on each, zeros behind the run. assembly/kernels/panel.ts: pairs are of size 2, quads of size 4.
 */
export function groupedPanel(lanes8: Int8Array, taps: number, span: number, size: number, offset = 0): number[] {
  const panel: number[] = [];
  for (let tap = 0; tap < taps; tap++) {
    for (let first = 0; first < span; first += size) {
      for (let lane = 0; lane < LANES; lane++) {
        for (let element = first; element < first + size; element++) {
          panel.push(element < span ? lanes8[(tap * span + element) * LANES + lane] + offset : 0);
        }
      }
    }
  }
  return panel;
}

/** [taps][terms][4]: weight[2i] + weight[2i + 1] * 2^21, terms being span made even with zeros (gemm.swar.ts). */
export function wordPanel(lanes8: Int8Array, taps: number, span: number): number[] {
  const panel: number[] = [];
  for (let tap = 0; tap < taps; tap++) {
    for (let term = 0; term < span + (span % 2); term++) {
      for (let lane = 0; lane < LANES; lane += 2) {
        const at = (tap * span + term) * LANES + lane;
        panel.push(term < span ? lanes8[at] + lanes8[at + 1] * 2 ** 21 : 0);
      }
    }
  }
  return panel;
}
