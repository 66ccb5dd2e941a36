import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreFolder } from "../../../tools/detector/score-folder.ts";

const folder = (name: string) => join(process.env.ECG_DATA ?? "", name);

describe.skipIf(!process.env.ECG_DATA)("R peaks by EC57 (needs ECG_DATA)", () => {
  it("are found on MIT-BIH, paced records apart: at least 99.7 % gross, both ways", async () => {
    const { scored, paced } = await scoreFolder(folder("mitdb"), { exclude: [] });
    expect(scored.matched + scored.missed).toBeGreaterThan(40_000);
    expect(scored.sensitivity).toBeGreaterThanOrEqual(0.997);
    expect(scored.positivePredictivity).toBeGreaterThanOrEqual(0.997);
    expect(paced?.records).toBe(4);
  });

  it("are found on the hard records of CPSC 2019: at least 95 %, both ways", async () => {
    const { scored, within75Ms, paced } = await scoreFolder(folder("cpsc2019"), { exclude: [] });
    expect(scored.sensitivity).toBeGreaterThanOrEqual(0.95);
    expect(scored.positivePredictivity).toBeGreaterThanOrEqual(0.95);
    expect(within75Ms?.matched).toBeLessThanOrEqual(scored.matched);
    expect(paced).toBeUndefined();
  });

  it("are told apart from noise by the verdict on the signal", async () => {
    const { noise, skipped } = await scoreFolder(folder("nstdb"), { exclude: [] });
    expect(noise.map(({ levelDb }) => levelDb)).toEqual([24, 12, 0]);
    const badShares = noise.map(({ noisy }) => noisy.shutdownSeconds / noisy.countedSeconds);
    expect(badShares[0]).toBeLessThan(0.01);
    expect(badShares[2]).toBeGreaterThan(0.9);
    expect(skipped).toEqual(["bw", "ma"]);
  });
});
