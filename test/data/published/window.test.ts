import fc from "fast-check";
import { expect, it } from "vitest";
import { fitWindow } from "../../../tools/data/published/window.ts";

it("fitWindow keeps the start and fills up with zeros", () => {
  fc.assert(
    fc.property(fc.int16Array({ maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (samples, length) => {
      const expected = Array.from({ length }, (_, i) => samples[i] ?? 0);
      expect([...fitWindow(samples, length)]).toEqual(expected);
    }),
  );
  expect(() => fitWindow(new Int16Array(1), 0)).toThrow(RangeError);
});
