import { describe, expect, it } from "vitest";
import { syntheticDataset } from "../../../tools/data/synth/synthetic-dataset.ts";

describe("syntheticDataset", () => {
  const dataset = syntheticDataset({ recordsPerClass: 6, seconds: 10, seed: 1 });

  it("has the classes of CinC 2017, equally often, under names of their own", () => {
    expect(dataset.classes).toEqual(["N", "A", "O", "~"]);
    for (const label of dataset.classes) {
      expect(dataset.records.filter((record) => record.label === label).length).toBe(6);
    }
    expect(new Set(dataset.records.map(({ name }) => name)).size).toBe(24);
  });

  it("gives each patient two records of one class that are not the same", () => {
    const patients = new Set(dataset.records.map(({ patient }) => patient));
    expect(patients.size).toBe(12);
    for (const patient of patients) {
      const [first, second, ...more] = dataset.records.filter((record) => record.patient === patient);
      expect(more).toEqual([]);
      expect(second.label).toBe(first.label);
      expect(second.load().leads[0].samples).not.toEqual(first.load().leads[0].samples);
    }
  });

  it("loads a record of the name, rate and length that was asked for, the same each time", () => {
    for (const record of dataset.records) {
      const loaded = record.load();
      expect([loaded.name, loaded.sampleRateHz, loaded.leads[0].samples.length]).toEqual([record.name, 300, 3000]);
      expect(record.load()).toEqual(loaded);
    }
  });

  it("shows an ectopic beat in every record that is labelled for it", () => {
    const others = syntheticDataset({ recordsPerClass: 30, seconds: 6, seed: 4 }).records.filter(
      ({ label }) => label === "O",
    );
    const ectopic = others.map((record) => record.load()).filter(({ comments }) => comments?.[0].includes("ectopic"));
    expect(ectopic.length).toBeGreaterThan(5);
    for (const { annotations } of ectopic) expect(annotations?.some(({ symbol }) => symbol === "V")).toBe(true);
  });

  it("does not change a record when more are asked for", () => {
    const more = syntheticDataset({ recordsPerClass: 20, seconds: 10, seed: 1 });
    expect(more.records[5].load()).toEqual(dataset.records[5].load());
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s records per class", (recordsPerClass) => {
    expect(() => syntheticDataset({ recordsPerClass, seconds: 1, seed: 1 })).toThrow(RangeError);
    expect(() => syntheticDataset({ recordsPerClass, seconds: 1, seed: 1 })).toThrow(`not ${recordsPerClass}`);
  });
});
