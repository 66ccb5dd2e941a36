import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RingBuffer } from "../../firmware-sim/ring-buffer.ts";

const operations = fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 100 });

describe("RingBuffer", () => {
  it("gives back what it took, in order, and counts what it refused", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), operations, (capacity, steps) => {
        const ring = new RingBuffer(capacity);
        const inside: number[] = [];
        let next = 0;
        let refused = 0;
        let peak = 0;
        for (const [isWrite, count] of steps) {
          if (isWrite) {
            const samples = Int32Array.from({ length: count }, () => next++);
            const taken = ring.write(samples);
            expect(taken).toBe(Math.min(count, capacity - inside.length));
            inside.push(...samples.subarray(0, taken));
            refused += count - taken;
            peak = Math.max(peak, inside.length);
          } else {
            expect([...ring.read(count)]).toEqual(inside.splice(0, count));
          }
          expect([ring.length, ring.overflowed, ring.peak]).toEqual([inside.length, refused, peak]);
        }
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 24 + 1])("refuses a capacity of %s", (capacity) => {
    expect(() => new RingBuffer(capacity)).toThrow(`not ${capacity}`);
  });
});
