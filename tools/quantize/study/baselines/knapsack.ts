import type { Width, Widths } from "../../width.ts";

interface KnapsackOptions {
  readonly layers: readonly string[];
  readonly menu: readonly Width[];
  bytesOf(layer: string, width: Width): number;
  /** Gives the cost of a layer's width, which does not depend on other layers. */
  costOf(layer: string, width: Width): number;
  readonly capacityBytes: number;
}

/** The most units of a capacity: bytes are counted in units, rounded up, and exactly up to this capacity. */
const MOST_UNITS = 1 << 17;

/**
 * Finds the widths of the least total cost that fit into the capacity: dynamic programming, layer by layer, over every smaller
 * capacity. Throws RangeError where even the smallest widths do not fit.
 */
export function knapsack({ layers, menu, bytesOf, costOf, capacityBytes }: KnapsackOptions): Widths {
  const unitBytes = Math.ceil(capacityBytes / MOST_UNITS);
  const capacity = Math.floor(capacityBytes / unitBytes);
  let least = new Float64Array(capacity + 1);
  const choices: Int8Array[] = [];
  for (const layer of layers) {
    const costs = new Float64Array(capacity + 1).fill(Number.POSITIVE_INFINITY);
    const choice = new Int8Array(capacity + 1).fill(-1);
    menu.forEach((width, index) => {
      const units = Math.ceil(bytesOf(layer, width) / unitBytes);
      const cost = costOf(layer, width);
      for (let room = units; room <= capacity; room++) {
        const total = least[room - units] + cost;
        if (total < costs[room]) {
          costs[room] = total;
          choice[room] = index;
        }
      }
    });
    least = costs;
    choices.push(choice);
  }
  if (!Number.isFinite(least[capacity])) throw new RangeError(`no widths of the menu fit into ${capacityBytes} bytes`);
  const widths = new Map<string, Width>();
  let room = capacity;
  for (let at = layers.length - 1; at >= 0; at--) {
    const width = menu[choices[at][room]];
    widths.set(layers[at], width);
    room -= Math.ceil(bytesOf(layers[at], width) / unitBytes);
  }
  return new Map(layers.map((layer) => [layer, widths.get(layer) as Width]));
}
