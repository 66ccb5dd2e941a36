import { describe, expect, it } from "vitest";
import { beatLatenciesMs, summarise } from "../../firmware-sim/latency.ts";
import { SampleClock } from "../../firmware-sim/sample-clock.ts";

const MS = 1e6;
const beat = (sample: number, peakMs: number, detectedMs: number) => ({
  sample,
  peakNs: peakMs * MS,
  detectedNs: detectedMs * MS,
});
const decision = (sample: number, doneMs: number) => ({ sample, label: "N", doneNs: doneMs * MS });

describe("beatLatenciesMs", () => {
  it("takes the first decision that is complete once the beat is detected", () => {
    const beats = [beat(100, 200, 400), beat(200, 400, 600)];
    const decisions = [decision(190, 390), decision(250, 510), decision(400, 810)];
    expect(beatLatenciesMs(beats, decisions, 1000)).toEqual([310, 410]);
  });

  it("counts a decision of the very task that detected the beat", () => {
    expect(beatLatenciesMs([beat(100, 200, 400)], [decision(190, 400)], 1000)).toEqual([200]);
  });

  it("passes over decisions that end before the peak or begin after it", () => {
    const decisions = [decision(100, 500), decision(101, 600), decision(300, 700)];
    expect(beatLatenciesMs([beat(100, 200, 400)], decisions, 50)).toEqual([400]);
    expect(beatLatenciesMs([beat(100, 200, 400)], [decision(151, 500)], 50)).toEqual([null]);
  });

  it("has none where the record ends first", () => {
    expect(beatLatenciesMs([beat(100, 200, 400)], [decision(300, 399)], 1000)).toEqual([null]);
  });
});

describe("summarise", () => {
  it("takes percentiles by nearest rank", () => {
    const latencies = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(summarise(latencies)).toEqual({ p50: 100, p99: 198, max: 200 });
    expect(summarise([7])).toEqual({ p50: 7, p99: 7, max: 7 });
    expect(summarise([])).toEqual({ p50: null, p99: null, max: null });
  });
});

describe("SampleClock", () => {
  it("skips the samples that were lost before a position", () => {
    const clock = new SampleClock(2);
    clock.receive(32, 0);
    clock.receive(10, 22);
    clock.receive(0, 32);
    clock.receive(32, 0);
    // Model sample 20 is the 40th that the engine saw; 54 were lost after the 42nd.
    expect([0, 20, 21, 30].map((sample) => clock.frontEndSample(sample))).toEqual([0, 40, 42 + 54, 60 + 54]);
  });
});
