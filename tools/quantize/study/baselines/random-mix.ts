import type { SeededRandom } from "../../../random/random.ts";
import type { Width, Widths } from "../../width.ts";
import { withWidth } from "../../width.ts";

interface MixOptions {
  readonly layers: readonly string[];
  /** Ascending in bits. */
  readonly menu: readonly Width[];
  bytesOf(layer: string, width: Width): number;
  readonly bytes: number;
  /** Largest distance from `bytes` that is accepted. */
  readonly toleranceBytes: number;
}

const DRAWS = 200;
const STEPS_A_DRAW = 1000;

/**
 * Draws random widths of about `bytes`: widths are drawn evenly from the menu, then random layers take a step towards the bytes until
 * they are met. Where no draw meets them, the nearest draw is taken.
 */
export function randomMix(options: MixOptions, random: SeededRandom): Widths {
  const { layers, menu, bytes, toleranceBytes } = options;
  const distance = (widths: Widths) => Math.abs(mixBytes(options, widths) - bytes);
  let best: Widths | null = null;
  for (let draw = 0; draw < DRAWS; draw++) {
    let widths: Widths = new Map(layers.map((name) => [name, menu[random.integer(menu.length)]]));
    for (let step = 0; step < STEPS_A_DRAW && distance(widths) > toleranceBytes; step++) {
      widths = towards(options, widths, random);
    }
    if (best === null || distance(widths) < distance(best)) best = widths;
    if (distance(best) <= toleranceBytes) break;
  }
  return best as Widths;
}

function towards({ layers, menu, bytes, bytesOf }: MixOptions, widths: Widths, random: SeededRandom): Widths {
  const layer = layers[random.integer(layers.length)];
  const total = mixBytes({ bytesOf }, widths);
  const next = menu[menu.indexOf(widths.get(layer) as Width) + (total > bytes ? -1 : 1)];
  return next === undefined ? widths : withWidth(widths, layer, next);
}

/** Counts the bytes of the weights at some widths. */
export function mixBytes({ bytesOf }: Pick<MixOptions, "bytesOf">, widths: Widths): number {
  return [...widths].reduce((sum, [layer, width]) => sum + bytesOf(layer, width), 0);
}
