import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, withGap } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/compile-kernels.ts";
import { lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";
import { compileMvp } from "./compile-mvp.ts";
import { expectedBytes, expectedSums, startingSums } from "./expected-bytes.ts";

const SOURCE = `
export { accumulateWords, arrangeWords, gemmWords, wordBytes, wordGroup } from "./assembly/kernels/gemm.swar";
export {
  accumulateQuarters, accumulateTriples, arrangeQuarters, arrangeTriples, gemmQuarters, gemmTriples, quarterGroup,
  tripleGroup,
} from "./assembly/kernels/gemm.fields";
`;
const LANES = 8;
const WEIGHT_LIMITS = { inputLow: -127, inputHigh: 127 };

/** A kernel whose words hold several channels, `fieldBits` apart. */
interface FieldKernel {
  readonly name: "Words" | "Triples" | "Quarters";
  readonly groupOf: string;
  readonly wordBytes: number;
  readonly fields: number;
  readonly fieldBits: number;
  /** A run takes a multiple of so many terms in the panel, and so does a group. */
  readonly termStep: number;
  /** Terms between flushes, by the largest weight of a width. */
  readonly groups: Readonly<Record<number, number>>;
}

const KERNELS: readonly FieldKernel[] = [
  {
    ...{ name: "Words", groupOf: "wordGroup", wordBytes: 4, fields: 2, fieldBits: 21, termStep: 2 },
    groups: { 127: 64, 63: 130, 31: 266, 15: 550, 7: 1178, 3: 2752, 1: 8256 },
  },
  {
    ...{ name: "Triples", groupOf: "tripleGroup", wordBytes: 8, fields: 3, fieldBits: 21, termStep: 1 },
    groups: { 127: 65, 63: 131, 31: 266, 15: 550, 7: 1179, 3: 2752, 1: 8256 },
  },
  {
    ...{ name: "Quarters", groupOf: "quarterGroup", wordBytes: 8, fields: 4, fieldBits: 16, termStep: 1 },
    groups: { 127: 2, 31: 8, 15: 17, 7: 36, 3: 86, 1: 258 },
  },
];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await compileMvp(SOURCE);
});

/** The words of a panel: weight[0] + weight[1] * 2^fieldBits + ... of each term. */
function expectedPanel({ wordBytes, fields, fieldBits, termStep }: FieldKernel, product: ProductCase): Uint8Array {
  const lanes8 = lanes8Of(product);
  const wordsPerTerm = Math.ceil(LANES / fields);
  const terms = Math.ceil(product.span / termStep) * termStep;
  const panel = new DataView(new ArrayBuffer(product.taps * terms * wordsPerTerm * wordBytes));
  for (let row = 0; row < product.taps * product.span; row++) {
    const term = Math.floor(row / product.span) * terms + (row % product.span);
    for (let word = 0; word < wordsPerTerm; word++) {
      const weights = [...lanes8.subarray(row * LANES, (row + 1) * LANES)].slice(word * fields, (word + 1) * fields);
      const value = weights.reduceRight((sum, weight) => (sum << BigInt(fieldBits)) + BigInt(weight), 0n);
      const at = (term * wordsPerTerm + word) * wordBytes;
      if (wordBytes === 4) panel.setInt32(at, Number(value), true);
      else panel.setBigInt64(at, value, true);
    }
  }
  return new Uint8Array(panel.buffer);
}

/** Arranges a panel out of lanes in memory of their own, or at the end of the panel's. */
function placePanel(
  { name }: FieldKernel,
  arena: Arena,
  product: ProductCase,
  bytes: number,
  inPlace: boolean,
): number {
  const lanes8 = lanes8Of(product);
  const panel = arena.place(new Int8Array(bytes));
  const from = inPlace ? panel + bytes - lanes8.length : arena.reserve(lanes8.length);
  new Int8Array(kernels.memory.buffer).set(lanes8, from);
  const counts = name === "Words" ? [product.taps, product.span] : [product.taps * product.span];
  kernels.call(`arrange${name}`, from, ...counts, panel);
  return panel;
}

function run(kernel: FieldKernel, product: ProductCase, group: number): Uint8Array {
  const arena = new Arena(kernels);
  const input = arena.place(Int8Array.from(product.input), 1);
  const panel = arena.place(expectedPanel(kernel, product));
  return runProduct(kernels, arena, `gemm${kernel.name}`, product, input, panel, group);
}

/** A product of one element and one weight, repeated, up to the weight's sign: the largest sums that there are. */
function constantProduct(span: number, columns: number, value: number, weight: number): ProductCase {
  return {
    input: Array.from({ length: columns + span + 1 }, () => value),
    weights: Array.from({ length: span * LANES }, (_, index) => (index % 3 === 0 ? weight : -weight)),
    multipliers: Array.from({ length: LANES }, () => 1 << 20),
    biases: Array.from({ length: LANES }, (_, lane) => lane),
    ...{ columnStep: 1, taps: 1, tapStep: 0, span, columns, lanes: LANES, outStep: LANES, low: -127 },
    shift: 20 + Math.ceil(Math.log2(span * weight)),
  };
}

describe.each(KERNELS)("gemm$name", (kernel) => {
  const maxWeights = Object.keys(kernel.groups).map(Number);

  it("flushes before a field is full, and as late as that", () => {
    const groups = maxWeights.map((weight) => [weight, kernels.call(kernel.groupOf, weight)]);
    expect(Object.fromEntries(groups)).toEqual(kernel.groups);
  });

  it.each(maxWeights)("is the product of int8 rows with weights up to %i", (maxWeight) => {
    const property = fc.property(productCases({ ...WEIGHT_LIMITS, maxWeight }), (product) => {
      expect(run(kernel, product, kernel.groups[maxWeight])).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("gives the same for any smaller group", () => {
    const groups = fc.integer({ min: 1, max: 36 / kernel.termStep });
    const property = fc.property(productCases({ ...WEIGHT_LIMITS, maxWeight: 7 }), groups, (product, group) => {
      expect(run(kernel, product, group * kernel.termStep)).toEqual(expectedBytes(product));
    });
    fc.assert(property);
  });

  it.each(maxWeights)("holds the largest sums around each flush with weights of %i", (weight) => {
    const group = kernel.groups[weight];
    for (const span of [1, group - 1, group, group + 1, 2 * group, 2 * group + 1]) {
      for (const value of [127, -127]) {
        for (const columns of [1, 2]) {
          const product = constantProduct(span, columns, value, weight);
          expect(run(kernel, product, group)).toEqual(expectedBytes(product));
        }
      }
    }
  });

  it("accumulates one row for a dense layer", () => {
    const property = fc.property(productCases({ ...WEIGHT_LIMITS, maxWeight: 127 }), (drawn) => {
      const product = { ...drawn, taps: 1, weights: drawn.weights.slice(0, drawn.span * drawn.lanes) };
      const arena = new Arena(kernels);
      const input = arena.place(Int8Array.from(product.input), 1);
      const sums = arena.place(startingSums(product));
      const panel = arena.place(expectedPanel(kernel, product));
      kernels.call(`accumulate${kernel.name}`, input, product.span, panel, kernel.groups[127], sums);
      expect(arena.readBeyond(sums, 32)).toEqual(expectedSums(product));
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("arranges its panel, also over the lanes that it is made of", () => {
    const property = fc.property(productCases({ ...WEIGHT_LIMITS, maxWeight: 127 }), (product) => {
      const expected = expectedPanel(kernel, product);
      for (const inPlace of [false, true]) {
        const arena = new Arena(kernels);
        const panel = placePanel(kernel, arena, product, expected.length, inPlace);
        expect(arena.readBeyond(panel, expected.length)).toEqual(withGap(expected));
      }
    });
    fc.assert(property, { numRuns: 60 });
  });
});

it("a panel of words has the bytes that wordBytes says", () => {
  const property = fc.property(productCases({ ...WEIGHT_LIMITS, maxWeight: 1 }), (product) => {
    expect(kernels.call("wordBytes", product.taps, product.span)).toBe(expectedPanel(KERNELS[0], product).length);
  });
  fc.assert(property, { numRuns: 20 });
});
