import type { EngineBuild } from "../../../host/engine-module.ts";
import type { Arena } from "./arena.ts";
import { groupedPanel, wordPanel } from "./panels.ts";
import { ELEMENTS_BEHIND, lanes8Of, type ProductCase, type ProductLimits } from "./product-case.ts";

/** The elements that a kernel multiplies: their type in memory and their range. */
interface Rows extends Omit<ProductLimits, "maxWeight"> {
  readonly type: string;
  readonly Elements: typeof Int8Array | typeof Int16Array;
}

/** Sums that are kept narrow for a number of steps, a group, and then flushed. */
interface Grouping {
  /** The export that gives the group for a largest weight. */
  readonly groupOf: string;
  readonly elementsPerStep: number;
  /** A group is a multiple of it. */
  readonly multiple: number;
  /** By the largest weight of a width. */
  readonly groups: Readonly<Record<number, number>>;
}

/** A twin of gemm.ts in a build. */
export interface GemmKernel {
  readonly name: string;
  readonly build: EngineBuild;
  readonly rows: Rows;
  readonly gemm: string;
  readonly accumulate?: string;
  readonly panelOf: (product: ProductCase, maxWeight: number) => Int8Array | Int16Array | Int32Array;
  readonly grouping?: Grouping;
  /** The arguments that the kernel takes after the product. */
  readonly more?: (group: number, maxWeight: number, product: ProductCase, arena: Arena) => number[];
  readonly accumulateTakesGroup?: boolean;
}

const PACKED = `
import { accumulatePacked, gemmPacked } from "./assembly/kernels/gemm.dsp";
import { Product } from "./assembly/kernels/product";
import { I32View } from "./assembly/views";
export function gemmPacked8(product: Product): void { gemmPacked<i8>(product); }
export function gemmPacked16(product: Product): void { gemmPacked<i16>(product); }
export function accumulatePacked8(input: i32, span: i32, panel: i32, sums: I32View): void {
  accumulatePacked<i8>(input, span, panel, sums);
}
export function accumulatePacked16(input: i32, span: i32, panel: i32, sums: I32View): void {
  accumulatePacked<i16>(input, span, panel, sums);
}`;

/** The kernels that GEMM_KERNELS names, by build. */
export const GEMM_SOURCES: Readonly<Record<EngineBuild, string>> = {
  scalar: `${PACKED}
import { gemm } from "./assembly/kernels/gemm";
import { I8View, I16View } from "./assembly/views";
export { accumulate } from "./assembly/kernels/dense";
export { accumulateWords, gemmWords, wordGroup } from "./assembly/kernels/gemm.swar";
export function gemm8(product: Product): void { gemm<I8View>(product); }
export function gemm16(product: Product): void { gemm<I16View>(product); }`,
  dsp: PACKED,
  simd: `export { accumulatePairs, gemmPairs } from "./assembly/kernels/gemm.simd";`,
  relaxed: `
import { columnCorrections } from "./assembly/kernels/column-corrections.simd";
import { gemmOffsetQuads, offsetQuadGroup } from "./assembly/kernels/gemm.relaxed";
import { Product } from "./assembly/kernels/product";
import { I32View } from "./assembly/views";
export { accumulateQuads, gemmQuads, quadGroup } from "./assembly/kernels/gemm.relaxed";
export function ownOffsetQuadGroup(maxWeight: i32): i32 { return offsetQuadGroup(maxWeight, maxWeight); }
export function gemmCorrectedQuads(product: Product, group: i32, offset: i32, corrections: I32View): void {
  columnCorrections(product, offset, corrections);
  gemmOffsetQuads(product, group, corrections);
}`,
};

const INT8: Rows = { type: "int8", Elements: Int8Array, inputLow: -128, inputHigh: 127 };
const WIDENED: Rows = { ...INT8, type: "widened int8", Elements: Int16Array, wideOutput: true };
const RELU: Rows = { ...INT8, type: "0..127", inputLow: 0 };
/** 5 taps of 100 elements: 500 * 32768 * 127 is still below 2^31. */
const INT16: Rows = {
  type: "int16",
  Elements: Int16Array,
  inputLow: -32768,
  inputHigh: 32767,
  maxSpan: 100,
  wideOutput: true,
};

function pairsOf(product: ProductCase): Int16Array {
  return Int16Array.from(groupedPanel(lanes8Of(product), product.taps, product.span, 2));
}

function quadsOf(product: ProductCase): Int8Array {
  return Int8Array.from(groupedPanel(lanes8Of(product), product.taps, product.span, 4));
}

function offsetQuadsOf(product: ProductCase, offset: number): Int8Array {
  return Int8Array.from(groupedPanel(lanes8Of(product), product.taps, product.span, 4, offset));
}

function wordsOf(product: ProductCase): Int32Array {
  return Int32Array.from(wordPanel(lanes8Of(product), product.taps, product.span));
}

const PLAIN = { name: "plain", build: "scalar", panelOf: lanes8Of } as const;
const PACKED8 = { gemm: "gemmPacked8", accumulate: "accumulatePacked8", rows: INT8, panelOf: quadsOf } as const;
const PACKED16 = { gemm: "gemmPacked16", accumulate: "accumulatePacked16", rows: INT16, panelOf: pairsOf } as const;
const PAIRS = {
  name: "pairs",
  build: "simd",
  gemm: "gemmPairs",
  accumulate: "accumulatePairs",
  panelOf: (product: ProductCase) => Int8Array.from(pairsOf(product)),
} as const;

/** group * 128 * maxWeight < 2^20, even. */
const WORDS: Grouping = {
  ...{ groupOf: "wordGroup", elementsPerStep: 1, multiple: 2 },
  groups: { 127: 64, 63: 130, 31: 264, 15: 546, 7: 1170, 3: 2730, 1: 8190 },
};
/** group * 2 * 127 * maxWeight < 2^15. */
const QUADS: Grouping = {
  ...{ groupOf: "quadGroup", elementsPerStep: 4, multiple: 1 },
  groups: { 127: 1, 63: 2, 31: 4, 15: 8, 7: 18, 3: 43, 1: 129 },
};
/** group * 2 * 128 * 2 * maxWeight < 2^15, the offset being the largest weight. */
const OFFSET_QUADS: Grouping = {
  ...{ groupOf: "ownOffsetQuadGroup", elementsPerStep: 4, multiple: 1 },
  groups: { 63: 1, 31: 2, 15: 4, 7: 9, 3: 21, 1: 63 },
};

export const GEMM_KERNELS: readonly GemmKernel[] = [
  { ...PLAIN, rows: INT8, gemm: "gemm8", accumulate: "accumulate" },
  { ...PLAIN, rows: INT16, gemm: "gemm16" },
  {
    ...{ name: "words", build: "scalar", rows: INT8, panelOf: wordsOf, grouping: WORDS },
    ...{ gemm: "gemmWords", accumulate: "accumulateWords", accumulateTakesGroup: true },
    more: (group) => [group],
  },
  { ...PACKED8, name: "packed, in software", build: "scalar" },
  { ...PACKED16, name: "packed, in software", build: "scalar" },
  { ...PACKED8, name: "packed, with intrinsics", build: "dsp" },
  { ...PACKED16, name: "packed, with intrinsics", build: "dsp" },
  { ...PAIRS, rows: WIDENED },
  { ...PAIRS, rows: INT16 },
  {
    ...{ name: "quads", build: "relaxed", rows: RELU, panelOf: quadsOf, grouping: QUADS },
    ...{ gemm: "gemmQuads", accumulate: "accumulateQuads" },
    more: (group) => [group],
  },
  {
    ...{ name: "offset quads", build: "relaxed", rows: INT8, panelOf: offsetQuadsOf, grouping: OFFSET_QUADS },
    gemm: "gemmCorrectedQuads",
    more: (group, maxWeight, { columns }, arena) => [group, maxWeight, arena.reserve(4 * columns)],
  },
];

/** The widths that a kernel tells apart, by their largest weights. */
export function maxWeightsOf({ grouping }: GemmKernel): number[] {
  return grouping ? Object.keys(grouping.groups).map(Number) : [127];
}

/** Cases for a kernel and a width; long runs where sums of many steps stay narrow. */
export function limitsOf({ rows }: GemmKernel, maxWeight: number): ProductLimits {
  return { maxSpan: maxWeight > 3 ? 150 : 700, ...rows, maxWeight };
}

/** Numbers of elements around each flush, the first and the second. */
export function spansAround({ groups, elementsPerStep }: Grouping, maxWeight: number): number[] {
  const whole = groups[maxWeight] * elementsPerStep;
  return [1, whole - 1, whole, whole + 1, 2 * whole, 2 * whole + 1];
}

/** Places a case's input, some elements off the alignment. What a kernel reads behind the last run may be anything. */
export function placeInput({ rows }: GemmKernel, arena: Arena, product: ProductCase, misalignment: number): number {
  const behind = [-128, -1, 127, -77, -128, 1, -2, 100];
  const input = rows.Elements.from([...product.input.slice(0, -ELEMENTS_BEHIND), ...behind]);
  return arena.place(input, misalignment * rows.Elements.BYTES_PER_ELEMENT);
}
