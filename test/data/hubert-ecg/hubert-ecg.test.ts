import { describe, expect, it } from "vitest";
import { bandPass } from "../../../tools/data/hubert-ecg/band-pass.ts";
import { decimate } from "../../../tools/data/hubert-ecg/decimate.ts";
import { hubertEcgInput, hubertEcgLeads } from "../../../tools/data/hubert-ecg/input.ts";
import { resample } from "../../../tools/data/hubert-ecg/resample.ts";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { STANDARD_LEADS } from "../../../tools/data/standard-leads.ts";

/** Values of scipy 1.17.1 for signalOf below: signal.resample, firwin and filtfilt, decimate. */
const SCIPY = {
  bandPass: [-0.9636034720090381, -0.4527242815608716, 1.0946449425264746, -1.1213233292537916, 1.5194249266182827],
  decimate: [-0.9951323249926649, 0.36043480373122005, -0.9459717056422556, -0.6808033572944235, -0.8386501436556146],
  input: [
    0.4920155465660913, -0.28411381456894175, 0.7714291734092709, 0.1059164450225196, -0.13110952892079952,
    0.41089939193505304, 0.5967494152772805,
  ],
};

const signalOf = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => 2 * ((i * (seed + 3) * 0.6180339887) % 1) - 1 + Math.sin(i / (17 + seed)));

function expectAt(found: ArrayLike<number>, places: readonly number[], expected: readonly number[], digits = 9): void {
  for (const [index, at] of places.entries()) expect(found[at]).toBeCloseTo(expected[index], digits);
}

describe("the band-pass", () => {
  it("has scipy's values, at the ends too", () => {
    expectAt(bandPass(signalOf(600, 1)), [0, 1, 150, 300, 599], SCIPY.bandPass);
  });

  it("takes 454 samples or more", () => {
    expect(() => bandPass(signalOf(453, 1))).toThrow("453 samples are too few for a filter that needs 454");
  });
});

describe("the decimation", () => {
  it("has scipy's values, at the ends too", () => {
    const found = decimate(signalOf(203, 2));
    expect(found).toHaveLength(41);
    expectAt(found, [0, 1, 20, 39, 40], SCIPY.decimate);
  });

  it("passes each frequency as Chebyshev's formula says, twice, and delays none", () => {
    const length = 6000;
    const chebyshev = (order: number, x: number) =>
      x <= 1 ? Math.cos(order * Math.acos(x)) : Math.cosh(order * Math.acosh(x));
    for (const cyclesPerSample of [0.01, 0.03, 0.06, 0.0799, 0.09, 0.1]) {
      const omega = 2 * Math.PI * cyclesPerSample;
      const bent = Math.tan(omega / 2) / Math.tan(Math.PI * 0.08);
      const gain = 1 / (1 + (10 ** 0.005 - 1) * chebyshev(8, bent) ** 2);
      const found = decimate(Float64Array.from({ length }, (_, i) => Math.sin(omega * i + 0.4)));
      for (let i = 550; i < 650; i++) expect(found[i]).toBeCloseTo(gain * Math.sin(omega * 5 * i + 0.4), 6);
    }
  });
});

describe("the resampling", () => {
  it.each([
    [7, 12, [-1, -0.2913512102533761, 0.2929072585011283, -0.6534978775172644]],
    [8, 13, [-1, -0.39982678909059305, 0.4459878522093985, 0.4668039269502316]],
    [8, 12, [-1, -0.2779191038787873, 0.8643007883950613, 0.6096891198910213]],
    [12, 8, [-0.47090247228431176, 0.32870803899985135, -0.2713047708410056, 0.6675504749071755]],
    [13, 8, [-0.5902922807734291, 0.22939378320625786, 0.21005632257826104, 1.066487998237716]],
    [12, 7, [0.1597109793468313, -0.3045422352035237, 0.21116549501296245, -0.003992647452884285]],
    [13, 7, [-0.08507356267647387, -0.18101624778425265, 0.29622377144440826, 0.5319067417661959]],
    [300, 500, [-1, -0.4759887700072535, 0.39917963677470975, 0.4128803137554134]],
  ])("has scipy's values from %i points to %i", (length, points, expected) => {
    const found = resample(signalOf(length, 3), points);
    expect(found).toHaveLength(points);
    expectAt(found, [0, 1, Math.floor(points / 2), points - 1], expected);
  });

  it("leaves as many points as they are", () => {
    expect(resample(signalOf(50, 1), 50)).toEqual(signalOf(50, 1));
  });
});

describe("the input of HuBERT-ECG", () => {
  /** Counts so fine that the digitised signal is exact to nine digits. */
  const countsPerMillivolt = 2 ** 29;
  const record = (samples: number, leads: readonly string[] = STANDARD_LEADS): EcgRecord => ({
    name: "twelve",
    sampleRateHz: 250,
    leads: leads.map((name) => ({
      name,
      samples: Int32Array.from(signalOf(samples, STANDARD_LEADS.indexOf(name as "I")), (value) =>
        Math.round(value * countsPerMillivolt),
      ),
      countsPerMillivolt,
      baseline: 0,
    })),
  });

  it("has scipy's values for a whole record, twelve leads in series", () => {
    const leads = hubertEcgLeads(record(1500));
    for (const lead of leads) {
      expect(lead).toHaveLength(3000);
      expect(Math.min(...lead)).toBe(-1);
      expect(Math.max(...lead)).toBeCloseTo(1, 7);
    }
    const input = hubertEcgInput(leads, 100);
    expect(input).toHaveLength(6000);
    expectAt(input, [0, 1, 499, 500, 501, 3000, 5999], SCIPY.input, 6);
  });

  it("finds the leads by their names, in any order", () => {
    const turned = hubertEcgLeads(record(1300, [...STANDARD_LEADS].reverse()));
    expect(turned).toEqual(hubertEcgLeads(record(1300)));
  });

  it("puts the mean where there is no number", () => {
    const leads = Array.from({ length: 12 }, () => new Float64Array(2500).fill(0.25));
    leads[3].fill(Number.NaN, 100, 900);
    for (const value of hubertEcgInput(leads)) expect(value).toBeCloseTo(0.25 * 10 ** -0.005, 3);
  });

  it("refuses a record that lacks a lead or is short in one sentence", () => {
    const without = STANDARD_LEADS.filter((name) => name !== "aVF");
    expect(() => hubertEcgLeads(record(1500, without))).toThrow(
      "record twelve: has no lead aVF, and HuBERT-ECG takes 12",
    );
    expect(() => hubertEcgLeads(record(1249))).toThrow("record twelve: has 4.996 s, and HuBERT-ECG takes 5");
    const leads = hubertEcgLeads(record(1300));
    expect(() => hubertEcgInput(leads, 101)).toThrow("a crop from sample 101 on reaches past the end at 2600");
  });
});
