import { TILE_CHANNELS } from "../../../assembly/shared/limits.ts";
import { largestWeight, midRiseCode, type WeightGrid } from "../quantized-network.ts";

/** Ternary weights of one lane in a byte: 3^5 = 243 fits in 8 bits. */
const DIGITS = 5;

/** The cut of a layer's weights into tiles. */
export interface TileLayout {
  /** Columns of a dense layer: a tile holds one column's weights; tiles are ordered by column, then by channel. */
  readonly columns: number;
  /** A conv's groups of channels: no tile has channels of two. */
  readonly groups: number;
  /** A tile is its bit planes, the most significant first, instead of a bit stream. */
  readonly inPlanes?: boolean;
}

/** The integers of a tile's channels, [lane][k]: views into the layer's integers, which stand in this order already. */
type Lanes = readonly Int8Array[];

/**
 * Packs the weights of a layer into tiles of up to 8 consecutive output channels, the tile's lanes (FORMAT.md,
 * "Weights").
 * @param integers [outChannel][k]
 */
export function packTiles(
  integers: Int8Array,
  outChannels: number,
  { columns, groups, inPlanes }: TileLayout,
  grid: WeightGrid,
  bits: number,
): Uint8Array[] {
  const fanIn = integers.length / outChannels;
  const depth = fanIn / columns;
  const groupChannels = outChannels / groups;
  const tiles: Uint8Array[] = [];
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < outChannels; ) {
      const count = Math.min(TILE_CHANNELS, groupChannels - (first % groupChannels));
      const lanes = Array.from({ length: count }, (_, lane) => {
        const from = (first + lane) * fanIn + column * depth;
        return integers.subarray(from, from + depth);
      });
      tiles.push(inPlanes ? packPlanes(lanes, bits) : packTile(lanes, grid, bits));
      first += count;
    }
  }
  return tiles;
}

/** Counts the bytes of a tile whose lanes have `depth` weights each. */
export function tileBytes(depth: number, lanes: number, grid: WeightGrid, bits: number): number {
  return grid === "ternary" ? Math.ceil(depth / DIGITS) * lanes : Math.ceil((depth * lanes * bits) / 8);
}

/** Packs one tile. Throws RangeError on an integer that the grid lacks. */
export function packTile(lanes: Lanes, grid: WeightGrid, bits: number): Uint8Array {
  checkOnGrid(lanes, grid, bits);
  const [{ length: depth }] = lanes;
  const bytes = new Uint8Array(tileBytes(depth, lanes.length, grid, bits));
  if (grid === "ternary") return bytes.map((_, at) => ternaryByte(lanes, at));
  for (let k = 0, at = 0; k < depth; k++) {
    for (let lane = 0; lane < lanes.length; lane++, at += bits) {
      const integer = lanes[lane][k];
      writeBits(bytes, at, bits, grid === "midRise" ? midRiseCode(integer, bits) : integer & (2 ** bits - 1));
    }
  }
  return bytes;
}

/** Packs one tile of mid-rise weights into planes u8[bits][k], lane l in bit l. Throws RangeError as `packTile`. */
function packPlanes(lanes: Lanes, bits: number): Uint8Array {
  checkOnGrid(lanes, "midRise", bits);
  const [{ length: depth }] = lanes;
  const planes = new Uint8Array(bits * depth);
  for (const [lane, integers] of lanes.entries()) {
    for (let k = 0; k < depth; k++) {
      const code = midRiseCode(integers[k], bits);
      for (let plane = 0; plane < bits; plane++) {
        planes[plane * depth + k] |= ((code >> (bits - 1 - plane)) & 1) << lane;
      }
    }
  }
  return planes;
}

function checkOnGrid(lanes: Lanes, grid: WeightGrid, bits: number): void {
  const limit = largestWeight(grid, bits);
  for (const integers of lanes) {
    for (const integer of integers) {
      const fits = Math.abs(integer) <= limit && (grid !== "midRise" || integer % 2 !== 0);
      if (!fits) throw new RangeError(`weight ${integer} is not on the ${bits}-bit ${grid} grid`);
    }
  }
}

/** Packs byte [block][lane]: five consecutive k of the lane in base 3, digit = integer + 1, the first k the lowest. */
function ternaryByte(lanes: Lanes, at: number): number {
  const integers = lanes[at % lanes.length];
  const first = Math.floor(at / lanes.length) * DIGITS;
  let byte = 0;
  // After the lane's last weight the digits are those of weights of 0.
  for (let k = first + DIGITS - 1; k >= first; k--) byte = 3 * byte + (integers[k] ?? 0) + 1;
  return byte;
}

/** Writes a code into a bit stream, least significant bit first. */
function writeBits(bytes: Uint8Array, at: number, bits: number, code: number): void {
  const word = code << (at & 7);
  bytes[at >> 3] |= word;
  if ((at & 7) + bits > 8) bytes[(at >> 3) + 1] |= word >> 8;
}
