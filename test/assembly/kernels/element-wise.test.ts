import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import { draws } from "../../properties/draws.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";

const SOURCES = {
  scalar: `
    import { maxPool } from "./assembly/kernels/max-pool";
    import { I8View, I16View } from "./assembly/views";
    import { add as addOf } from "./assembly/kernels/add";
    export { addRows } from "./assembly/kernels/row-sums";
    export function add(
      a: I8View, multiplierA: i32, b: I8View, multiplierB: i32, shift: i32, low: i32, high: i32, out: I8View, count: i32,
    ): void {
      addOf<I8View>(a, multiplierA, b, multiplierB, shift, low, high, out, count);
    }
    export function maxPool8(input: I8View, channels: i32, kernel: i32, stride: i32, out: I8View, columns: i32): void {
      maxPool<I8View>(input, channels, kernel, stride, out, columns);
    }
    export function maxPool16(input: I16View, channels: i32, kernel: i32, stride: i32, out: I16View, columns: i32): void {
      maxPool<I16View>(input, channels, kernel, stride, out, columns);
    }`,
  simd: `
    import { maxPoolSimd } from "./assembly/kernels/max-pool.simd";
    import { I8View, I16View } from "./assembly/views";
    export { addSimd as add } from "./assembly/kernels/add.simd";
    export { widen } from "./assembly/kernels/gemm.simd";
    export { addRowsSimd as addRows } from "./assembly/kernels/row-sums.simd";
    export function maxPool8(input: I8View, channels: i32, kernel: i32, stride: i32, out: I8View, columns: i32): void {
      maxPoolSimd<I8View, i8>(input, channels, kernel, stride, out, columns);
    }
    export function maxPool16(input: I16View, channels: i32, kernel: i32, stride: i32, out: I16View, columns: i32): void {
      maxPoolSimd<I16View, i16>(input, channels, kernel, stride, out, columns);
    }`,
};

const misalignments = fc.nat({ max: 15 });

/** A length and as many elements, drawn at random or all at one end. */
function int8Rows(count: number): fc.Arbitrary<Int8Array> {
  const any = fc.int8Array({ min: -127, max: 127, minLength: count, maxLength: count });
  return fc.oneof(
    { weight: 4, arbitrary: any },
    fc.constantFrom(-127, 127).map((end) => new Int8Array(count).fill(end)),
  );
}

describe.each(["scalar", "simd"] as const)("%s", (build) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(build, SOURCES[build]);
  });

  it("adds two scales with one rounding", () => {
    const cases = fc.nat({ max: 70 }).chain((count) =>
      fc.record({
        a: int8Rows(count),
        b: int8Rows(count),
        shift: fc.integer({ min: 1, max: 30 }),
        shares: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        low: fc.constantFrom(0, -127),
        misalignment: misalignments,
      }),
    );
    fc.assert(
      fc.property(cases, ({ a, b, shift, shares, low, misalignment }) => {
        // model/validate/layer.ts lets through: 127 * (multiplierA + multiplierB) + 2^(shift - 1) < 2^31. Useful ones are near 2^shift.
        const [multiplierA, multiplierB] = shares.map((share) => Math.floor(share * Math.min(32767, 2 ** (shift + 1))));
        const arena = new Arena(kernels);
        const out = arena.reserve(a.length, misalignment);
        const inputs = [arena.place(a, misalignment), multiplierA, arena.place(b), multiplierB];
        kernels.call("add", ...inputs, shift, low, 127, out, a.length);
        const expected = a.map((value, i) => {
          const sum = value * multiplierA + b[i] * multiplierB + 2 ** (shift - 1);
          return Math.min(Math.max(Math.floor(sum / 2 ** shift), low), 127);
        });
        expectBytes(arena.readBeyond(out, a.length), withGap(new Uint8Array(expected.buffer)));
      }),
      { numRuns: draws(300) },
    );
  });

  it.each([
    { name: "maxPool8", View: Int8Array },
    { name: "maxPool16", View: Int16Array },
  ])("$name takes the largest of a window", ({ name, View }) => {
    const shapes = fc.record({
      channels: fc.integer({ min: 1, max: 40 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      columns: fc.integer({ min: 1, max: 6 }),
      misalignment: misalignments.map((bytes) => bytes & -View.BYTES_PER_ELEMENT),
    });
    const cases = shapes.chain((shape) => {
      const count = ((shape.columns - 1) * shape.stride + shape.kernel) * shape.channels;
      return fc.record({
        shape: fc.constant(shape),
        values: fc.array(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }), { minLength: count, maxLength: count }),
      });
    });
    fc.assert(
      fc.property(cases, ({ shape: { channels, kernel, stride, columns, misalignment }, values }) => {
        const input = View.from(values);
        const largest = Array.from({ length: columns * channels }, (_, index) => {
          const first = Math.floor(index / channels) * stride * channels + (index % channels);
          return Math.max(...Array.from({ length: kernel }, (_tap, tap) => input[first + tap * channels]));
        });
        const expected = View.from(largest);
        const arena = new Arena(kernels);
        const out = arena.reserve(expected.byteLength, misalignment);
        kernels.call(name, arena.place(input, misalignment), channels, kernel, stride, out, columns);
        expectBytes(arena.readBeyond(out, expected.byteLength), withGap(new Uint8Array(expected.buffer)));
      }),
      { numRuns: draws(200) },
    );
  });

  it("adds rows to block sums", () => {
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 64 }), misalignments)
      .chain(([channels, rows, misalignment]) =>
        fc.record({
          input: int8Rows(channels * rows),
          before: fc.int16Array({ min: -24000, max: 24000, minLength: channels, maxLength: channels }),
          rows: fc.constant(rows),
          misalignment: fc.constant(misalignment),
        }),
      );
    fc.assert(
      fc.property(cases, ({ input, before, rows, misalignment }) => {
        const channels = before.length;
        const arena = new Arena(kernels);
        const sums = arena.place(before, 2);
        kernels.call("addRows", arena.place(input, misalignment), channels, rows, sums);
        const expected = before.map((sum, channel) => {
          for (let row = 0; row < rows; row++) sum += input[row * channels + channel];
          return sum;
        });
        expectBytes(arena.readBeyond(sums, expected.byteLength), withGap(new Uint8Array(expected.buffer)));
      }),
      { numRuns: draws(200) },
    );
  });
});

it("widen sign-extends every element and writes no more", async () => {
  const kernels = await compileKernels("simd", SOURCES.simd);
  fc.assert(
    fc.property(fc.int8Array({ maxLength: 70 }), misalignments, (values, misalignment) => {
      const arena = new Arena(kernels);
      const from = arena.place(values, misalignment);
      const to = arena.reserve(2 * values.length, 2);
      kernels.call("widen", from, to, values.length);
      const expected = new Uint8Array(Int16Array.from(values).buffer);
      expectBytes(arena.readBeyond(to, expected.length), withGap(expected));
    }),
  );
});
