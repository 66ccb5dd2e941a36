import { TILE_CHANNELS } from "../../assembly/shared/limits.ts";
import { largestWeight, type WeightGrid } from "./quantized-network.ts";

/**
 * Packs the weights of a layer into tiles of up to 8 consecutive output channels: one bit stream a tile, least
 * significant bit first, in the order [k][lane], ended by zero bits up to a byte (FORMAT.md, "Weights").
 * @param values [outChannel][k]
 * @param columns a dense layer's columns: its tiles hold one column's weights each, by column, then by channel
 */
export function packTiles(
  values: Int8Array,
  outChannels: number,
  columns: number,
  grid: WeightGrid,
  bits: number,
): Uint8Array[] {
  const fanIn = values.length / outChannels;
  const depth = fanIn / columns;
  const tiles: Uint8Array[] = [];
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < outChannels; first += TILE_CHANNELS) {
      const lanes = Math.min(TILE_CHANNELS, outChannels - first);
      const stream = new Int8Array(depth * lanes);
      for (let k = 0; k < depth; k++) {
        for (let lane = 0; lane < lanes; lane++) {
          stream[k * lanes + lane] = values[(first + lane) * fanIn + column * depth + k];
        }
      }
      tiles.push(packStream(stream, grid, bits));
    }
  }
  return tiles;
}

/** Bytes of a stream of so many weights. */
export function streamBytes(count: number, grid: WeightGrid, bits: number): number {
  return grid === "ternary" ? Math.ceil(count / 5) : Math.ceil((count * bits) / 8);
}

/** Packs integers of one grid. Throws RangeError on a value that the grid does not have. */
export function packStream(values: Int8Array, grid: WeightGrid, bits: number): Uint8Array {
  const limit = largestWeight(grid, bits);
  const bytes = new Uint8Array(streamBytes(values.length, grid, bits));
  values.forEach((value, index) => {
    const fits = Math.abs(value) <= limit && (grid !== "midRise" || value % 2 !== 0);
    if (!fits) throw new RangeError(`weight ${value} is not on the ${bits}-bit ${grid} grid`);
    if (grid === "ternary") bytes[Math.floor(index / 5)] += (value + 1) * 3 ** (index % 5);
    else writeBits(bytes, index * bits, bits, grid === "midRise" ? (value + limit) / 2 : value & (2 ** bits - 1));
  });
  return bytes;
}

function writeBits(bytes: Uint8Array, at: number, bits: number, code: number): void {
  const word = code << (at & 7);
  bytes[at >> 3] |= word;
  if ((at & 7) + bits > 8) bytes[(at >> 3) + 1] |= word >> 8;
}
