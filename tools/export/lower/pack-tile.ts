import { TILE_CHANNELS } from "../../../assembly/shared/limits.ts";
import { largestWeight, midRiseCode, type WeightGrid } from "../quantized-network.ts";

/** Ternary weights of one lane in a byte: 3^5 = 243 fits in 8 bits. */
const DIGITS = 5;

/** How a layer's weights are cut into tiles. */
export interface TileLayout {
  /** A dense layer's columns: its tiles hold one column's weights each, by column, then by channel. */
  readonly columns: number;
  /** A conv's groups of channels: no tile has channels of two. */
  readonly groups: number;
  /** A tile is its bit planes, the most significant first, instead of a bit stream. */
  readonly inPlanes?: boolean;
}

/**
 * Packs the weights of a layer into tiles of up to 8 consecutive output channels, the tile's lanes (FORMAT.md,
 * "Weights").
 * @param values [outChannel][k]
 */
export function packTiles(
  values: Int8Array,
  outChannels: number,
  { columns, groups, inPlanes }: TileLayout,
  grid: WeightGrid,
  bits: number,
): Uint8Array[] {
  const fanIn = values.length / outChannels;
  const depth = fanIn / columns;
  const groupChannels = outChannels / groups;
  const tiles: Uint8Array[] = [];
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < outChannels; ) {
      const lanes = Math.min(TILE_CHANNELS, groupChannels - (first % groupChannels));
      const tile = new Int8Array(depth * lanes);
      for (let k = 0; k < depth; k++) {
        for (let lane = 0; lane < lanes; lane++) {
          tile[k * lanes + lane] = values[(first + lane) * fanIn + column * depth + k];
        }
      }
      tiles.push(inPlanes ? packPlanes(tile, lanes, bits) : packTile(tile, lanes, grid, bits));
      first += lanes;
    }
  }
  return tiles;
}

/** Bytes of a tile whose lanes have `depth` weights each. */
export function tileBytes(depth: number, lanes: number, grid: WeightGrid, bits: number): number {
  return grid === "ternary" ? Math.ceil(depth / DIGITS) * lanes : Math.ceil((depth * lanes * bits) / 8);
}

/** Packs one tile. @param weights [k][lane], integers of the grid. Throws RangeError on a value that the grid lacks. */
export function packTile(weights: Int8Array, lanes: number, grid: WeightGrid, bits: number): Uint8Array {
  checkOnGrid(weights, grid, bits);
  const bytes = new Uint8Array(tileBytes(weights.length / lanes, lanes, grid, bits));
  if (grid === "ternary") return bytes.map((_, at) => ternaryByte(weights, lanes, at));
  weights.forEach((weight, index) => {
    writeBits(bytes, index * bits, bits, grid === "midRise" ? midRiseCode(weight, bits) : weight & (2 ** bits - 1));
  });
  return bytes;
}

/** Packs one tile of mid-rise weights, [k][lane], into planes u8[bits][k], lane l in bit l. Throws RangeError as packTile. */
export function packPlanes(weights: Int8Array, lanes: number, bits: number): Uint8Array {
  checkOnGrid(weights, "midRise", bits);
  const depth = weights.length / lanes;
  const planes = new Uint8Array(bits * depth);
  weights.forEach((weight, index) => {
    const code = midRiseCode(weight, bits);
    for (let plane = 0; plane < bits; plane++) {
      const bit = (code >> (bits - 1 - plane)) & 1;
      planes[plane * depth + Math.floor(index / lanes)] |= bit << (index % lanes);
    }
  });
  return planes;
}

function checkOnGrid(weights: Int8Array, grid: WeightGrid, bits: number): void {
  const limit = largestWeight(grid, bits);
  for (const weight of weights) {
    const fits = Math.abs(weight) <= limit && (grid !== "midRise" || weight % 2 !== 0);
    if (!fits) throw new RangeError(`weight ${weight} is not on the ${bits}-bit ${grid} grid`);
  }
}

/** Byte [block][lane]: five consecutive k of the lane in base 3, digit = weight + 1, the first k the lowest. */
function ternaryByte(weights: Int8Array, lanes: number, at: number): number {
  const lane = at % lanes;
  const first = Math.floor(at / lanes) * DIGITS;
  let byte = 0;
  // Weights behind the lane's last are 0: digit 1.
  for (let k = first + DIGITS - 1; k >= first; k--) byte = 3 * byte + (weights[k * lanes + lane] ?? 0) + 1;
  return byte;
}

/** A code in a bit stream, least significant bit first. */
function writeBits(bytes: Uint8Array, at: number, bits: number, code: number): void {
  const word = code << (at & 7);
  bytes[at >> 3] |= word;
  if ((at & 7) + bits > 8) bytes[(at >> 3) + 1] |= word >> 8;
}
