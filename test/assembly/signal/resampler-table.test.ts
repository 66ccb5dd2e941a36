import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
// @ts-expect-error: a plain script without types
import { resamplerTableSource } from "../../../scripts/generate-resampler-table.mjs";
import { kernelRows } from "../../reference/signal/resampler.ts";

const committed = readFileSync(new URL("../../../assembly/signal/resampler-table.ts", import.meta.url), "utf8");

describe("resampler table", () => {
  it("is what its generator writes", () => {
    expect(committed).toBe(resamplerTableSource());
  });

  it("is the Kaiser-windowed sinc of the reference", () => {
    const body = committed.slice(committed.indexOf("([") + 2, committed.indexOf("])"));
    const taps = body
      .split(",")
      .filter((text) => text.trim() !== "")
      .map(Number);
    expect(taps).toEqual([...kernelRows(0.48, 4), ...kernelRows(0.24, 3.5)].flat());
  });
});
