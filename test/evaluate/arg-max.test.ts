import { expect, it } from "vitest";
import { argMax } from "../../tools/evaluate/arg-max.ts";

it("takes the greatest value, the lowest index of equals", () => {
  expect(argMax([1, 3, 3])).toBe(1);
  expect(argMax([-2])).toBe(0);
  expect(argMax([-3, -1, -2])).toBe(1);
});
