import fc from "fast-check";
import { SeededRandom } from "../../../tools/random/random.ts";
import { type Arena, CANARY, withGap } from "./arena.ts";
import type { Kernels } from "./compile-kernels.ts";

/** Lanes of a tile. */
export const LANES = 8;
/** Elements of a case's input behind the last that counts. */
export const ELEMENTS_BEHIND = 8;

/** One matrix product as kernels/product.ts states it, with integers that are legal for the kernel at hand. */
export interface ProductCase {
  /** i8 or i16 elements, as many as count, and ELEMENTS_BEHIND. */
  readonly input: readonly number[];
  readonly columnStep: number;
  readonly taps: number;
  readonly tapStep: number;
  readonly span: number;
  readonly columns: number;
  readonly lanes: number;
  /** [taps * span][lanes]. */
  readonly weights: readonly number[];
  readonly multipliers: readonly number[];
  readonly biases: readonly number[];
  readonly shift: number;
  readonly low: number;
  /** 127 of int8 outputs; 4095 or 32767 of int16 ones. */
  readonly high: number;
  readonly outStep: number;
}

/** The limits of the products that a kernel is given. */
export interface ProductLimits {
  readonly inputLow: number;
  readonly inputHigh: number;
  readonly maxWeight: number;
  /** Only odd weights: the mid-rise grid. */
  readonly odd?: boolean;
  readonly maxSpan?: number;
  /** The kernel makes int16 outputs too. */
  readonly wideOutput?: boolean;
}

export interface Shape {
  readonly columns: number;
  readonly taps: number;
  readonly span: number;
  readonly columnStep: number;
  readonly tapStep: number;
  readonly lanes: number;
  readonly outGap: number;
  readonly shift: number;
  readonly positive: boolean;
  readonly high: number;
  readonly seed: number;
  /** "ends": every element at an end of its range; "top": all at one end, so that sums grow as large as they can. */
  readonly values: "any" | "ends" | "top";
}

/** Products of any shape: overlapping rows, gaps, odd spans, few lanes. */
export function productCases(limits: ProductLimits): fc.Arbitrary<ProductCase> {
  const shape: fc.Arbitrary<Shape> = fc.record({
    columns: fc.integer({ min: 1, max: 14 }),
    taps: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 })),
    span: fc.integer({ min: 1, max: limits.maxSpan ?? 150 }),
    columnStep: fc.integer({ min: 1, max: 40 }),
    tapStep: fc.integer({ min: 1, max: 60 }),
    lanes: fc.oneof(fc.constant(LANES), fc.integer({ min: 1, max: LANES })),
    outGap: fc.integer({ min: 0, max: 9 }),
    shift: fc.integer({ min: 1, max: 62 }),
    positive: fc.boolean(),
    high: limits.wideOutput ? fc.constantFrom(127, 4095, 32767) : fc.constant(127),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    values: fc.constantFrom("any", "ends", "top"),
  });
  return shape.map((drawn) => fillShape(drawn, limits));
}

/** The case of a shape: weights and inputs from its seed, multipliers as large as 32-bit results allow. */
export function fillShape(shape: Shape, limits: ProductLimits): ProductCase {
  const random = new SeededRandom(shape.seed);
  const any = (low: number, high: number): number => low + Math.floor(random.next() * (high - low + 1));
  const element = (low: number, high: number, lowTop: boolean): number => {
    if (shape.values === "top") return lowTop ? low : high;
    if (shape.values === "ends") return random.next() < 0.5 ? low : high;
    return any(low, high);
  };
  const [inputLow, weightsLow] = [random.next() < 0.5, random.next() < 0.5];
  const weight = (): number => {
    if (limits.odd) return 2 * element(0, limits.maxWeight, weightsLow) - limits.maxWeight;
    return element(-limits.maxWeight, limits.maxWeight, weightsLow);
  };
  const { columns, taps, span, columnStep, tapStep, lanes, shift } = shape;
  const elements = (columns - 1) * columnStep + (taps - 1) * tapStep + span + ELEMENTS_BEHIND;
  const bound = taps * span * Math.max(-limits.inputLow, limits.inputHigh) * limits.maxWeight;
  const maxBias = Math.min(2 ** 31 - 1 - bound, 1_000_000);
  // The largest multiplier whose results fit an i32, so that some land within the clamp and some beyond.
  const largest = Number((2n ** 31n * 2n ** BigInt(shift)) / BigInt(bound + maxBias)) - 2;
  const useful = Math.min(2 ** 31 - 1, largest, Math.max(1, (3 * shape.high * 2 ** shift) / bound));
  return {
    input: Array.from({ length: elements }, () => element(limits.inputLow, limits.inputHigh, inputLow)),
    weights: Array.from({ length: taps * span * lanes }, weight),
    multipliers: Array.from({ length: lanes }, () => any(0, Math.max(0, Math.floor(useful)))),
    biases: Array.from({ length: lanes }, () => any(-maxBias, maxBias)),
    outStep: lanes + shape.outGap,
    columns,
    taps,
    span,
    columnStep,
    tapStep,
    lanes,
    shift,
    low: shape.positive ? 0 : -shape.high,
    high: shape.high,
  };
}

/** The sum of one column and lane without its bias. */
export function dotOf(product: ProductCase, column: number, lane: number): number {
  const { taps, span, lanes } = product;
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let element = 0; element < span; element++) {
      const x = product.input[column * product.columnStep + tap * product.tapStep + element];
      sum += x * product.weights[(tap * span + element) * lanes + lane];
    }
  }
  return sum;
}

/** out[column][lane] of a product. */
function expectedOutput(product: ProductCase, dot: typeof dotOf): (Int8Array | Int16Array)[] {
  const { multipliers, biases, shift, low, high, lanes, columns } = product;
  return Array.from({ length: columns }, (_, column) => {
    const values = Array.from({ length: lanes }, (_lane, lane) => {
      const sum = BigInt(dot(product, column, lane) + biases[lane]);
      const value = Number((sum * BigInt(multipliers[lane]) + (1n << BigInt(shift - 1))) >> BigInt(shift));
      return Math.min(Math.max(value, low), high);
    });
    return isWide(product) ? Int16Array.from(values) : Int8Array.from(values);
  });
}

function isWide({ high }: ProductCase): boolean {
  return high > 127;
}

function outBytesOf(product: ProductCase): number {
  return ((product.columns - 1) * product.outStep + product.lanes) * (isWide(product) ? 2 : 1);
}

/** The whole output area: expected bytes, canaries between columns and behind; `dot` gives the sums without biases. */
export function expectedBytes(product: ProductCase, dot = dotOf): Uint8Array {
  const bytes = new Uint8Array(outBytesOf(product)).fill(CANARY);
  expectedOutput(product, dot).forEach((column, index) => {
    bytes.set(new Uint8Array(column.buffer), index * product.outStep * column.BYTES_PER_ELEMENT);
  });
  return withGap(bytes);
}

/** The weights as kernels/unpack.ts leaves them: [taps * span][8]. */
export function lanes8Of(product: ProductCase): Int8Array {
  const rows = product.weights.length / product.lanes;
  const lanes8 = new Int8Array(rows * LANES);
  product.weights.forEach((weight, index) => {
    lanes8[Math.floor(index / product.lanes) * LANES + (index % product.lanes)] = weight;
  });
  return lanes8;
}

/** Runs a kernel on a case whose input and panel are placed; returns its output with what lies between and behind. */
export function runProduct(
  kernels: Kernels,
  arena: Arena,
  kernel: string,
  product: ProductCase,
  input: number,
  panel: number,
  ...more: number[]
): Uint8Array {
  const rows = Int32Array.from({ length: 2 * LANES }, (_, index) => {
    const of = index % 2 === 0 ? product.multipliers : product.biases;
    return of[index >> 1] ?? -1;
  });
  const outBytes = outBytesOf(product);
  const out = arena.reserve(outBytes, 3);
  const { columnStep, taps, tapStep, span, columns, lanes, shift, low, high, outStep } = product;
  const fields = [input, columnStep, taps, tapStep, span, columns, panel, arena.place(rows), lanes, shift, low, high];
  const record = arena.place(Int32Array.from([...fields, out, outStep, isWide(product) ? 1 : 0]));
  kernels.call(kernel, record, ...more);
  return arena.readBeyond(out, outBytes);
}
