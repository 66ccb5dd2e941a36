import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import { draws } from "../../properties/draws.ts";
import { Arena } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";

const PLAIN = `
export { applyTable } from "./assembly/kernels/apply-table";
export { normalize } from "./assembly/kernels/norm";
`;
const SIMD = `
export { applyTableSimd } from "./assembly/kernels/apply-table.simd";
export { channelsScratchBytes, normalizeChannels, normalizeSimd } from "./assembly/kernels/norm.simd";
`;

const TABLE_POINTS = 129;
/** Bytes of the rows of four values. */
const ROWS_STEP = 32;

/** Any, at the ends, or all the same. */
function int16s(count: number): fc.Arbitrary<number[]> {
  const any = fc.integer({ min: -32768, max: 32767 });
  const exactly = { minLength: count, maxLength: count };
  return fc.oneof(
    fc.array(any, exactly),
    fc.array(fc.constantFrom(-32768, 32767), exactly),
    any.map((value) => Array.from({ length: count }, () => value)),
  );
}

/** Gain and offset of so many values. */
function normRows(count: number): fc.Arbitrary<number[]> {
  const any = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -70000, max: 70000 }));
  return fc.array(any, { minLength: 2 * count, maxLength: 2 * count });
}

const norms = fc.record({
  epsilon: fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 50 })),
  shift: fc.integer({ min: 8, max: 39 }),
  high: fc.constantFrom(4095, 32767),
});

describe("the vector twins of what works on wide rows", () => {
  let plain: Kernels;
  let simd: Kernels;
  beforeAll(async () => {
    [plain, simd] = await Promise.all([compileKernels("scalar", PLAIN), compileKernels("simd", SIMD)]);
  });

  it("normalises a row over its channels as the plain kernel does", () => {
    const cases = fc
      .integer({ min: 1, max: 12 })
      .chain((eights) => fc.record({ x: int16s(8 * eights), rows: normRows(8 * eights), norm: norms }));
    fc.assert(
      fc.property(cases, fc.nat({ max: 7 }), ({ x, rows, norm: { epsilon, shift, high } }, misalignment) => {
        const made = [plain, simd].map((kernels) => {
          const arena = new Arena(kernels);
          const [from, rowsAt] = [
            arena.place(Int16Array.from(x), 2 * misalignment),
            arena.place(Int32Array.from(rows)),
          ];
          const out = arena.reserve(2 * x.length, 2 * misalignment);
          if (kernels === plain) kernels.call("normalize", from, x.length, 1, epsilon, rowsAt, 1, shift, high, out);
          else kernels.call("normalizeSimd", from, x.length, epsilon, rowsAt, ROWS_STEP, shift, high, out);
          return arena.readBeyond(out, 2 * x.length);
        });
        expectBytes(made[1], made[0]);
      }),
      { numRuns: draws(300) },
    );
  });

  it("normalises channels over any number of rows as the plain kernel does one by one", () => {
    const cases = fc.record({ rows: fc.integer({ min: 1, max: 30 }), eights: fc.integer({ min: 1, max: 3 }) });
    const filled = cases.chain(({ rows, eights }) =>
      fc.record({ x: int16s(rows * 8 * eights), gains: normRows(8 * eights), count: fc.constant(rows), norm: norms }),
    );
    fc.assert(
      fc.property(filled, ({ x, gains, count, norm: { epsilon, shift, high } }) => {
        const channels = gains.length / 2;
        const made = [plain, simd].map((kernels) => {
          const arena = new Arena(kernels);
          const [from, rowsAt] = [arena.place(Int16Array.from(x)), arena.place(Int32Array.from(gains))];
          const out = arena.reserve(2 * x.length);
          if (kernels === simd) {
            const scratch = arena.reserve(kernels.call("channelsScratchBytes", count));
            kernels.call("normalizeChannels", from, count, channels, epsilon, rowsAt, shift, high, out, scratch);
          } else {
            for (let channel = 0; channel < channels; channel++) {
              const [own, to] = [rowsAt + 8 * channel, out + 2 * channel];
              kernels.call("normalize", from + 2 * channel, count, channels, epsilon, own, 0, shift, high, to);
            }
          }
          return arena.readBeyond(out, 2 * x.length);
        });
        expectBytes(made[1], made[0]);
      }),
      { numRuns: draws(200) },
    );
  });

  it("looks a table up as the plain kernel does, beyond its ends too", () => {
    const cases = fc.nat({ max: 40 }).chain((count) =>
      fc.record({
        x: int16s(count),
        table: int16s(TABLE_POINTS),
        shift: fc.integer({ min: 0, max: 7 }),
        down: fc.integer({ min: 1, max: 20 }),
        high: fc.constantFrom(4095, 32767),
      }),
    );
    fc.assert(
      fc.property(cases, ({ x, table, shift, down, high }) => {
        const made = [plain, simd].map((kernels) => {
          const arena = new Arena(kernels);
          const at = arena.place(Int16Array.from(x), 2);
          const tableAt = arena.place(Int16Array.from(table), 2);
          const name = kernels === plain ? "applyTable" : "applyTableSimd";
          kernels.call(name, at, x.length, tableAt, shift, down, high);
          return arena.readBeyond(at, 2 * x.length);
        });
        expectBytes(made[1], made[0]);
      }),
      { numRuns: draws(300) },
    );
  });
});
