import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDataset } from "../../../tools/data/dataset-writer.ts";
import { syntheticDataset } from "../../../tools/data/synth/synthetic-dataset.ts";
import { writeFloatModel } from "../../../tools/export/safetensors/safetensors.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { initialWeights } from "../../../tools/train/initialise.ts";
import { CLASSES } from "../sample-files.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const folder = mkdtempSync(join(tmpdir(), "qhubert-ladder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The JSON that a command line prints. */
async function run(line: string) {
  const { exitCode, stdout, stderr } = await warmQhubert([...line.split(" "), "--json"], folder);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(() => {
  const { records } = syntheticDataset({ recordsPerClass: 20, seconds: 11, seed: 5 });
  writeDataset(
    join(folder, "data"),
    records.map(({ label, patient, load }) => ({ record: load(), label, patient })),
  );
  const graph = buildGraph("efficient1d-nano", CLASSES);
  writeFloatModel(join(folder, "m.safetensors"), {
    graph,
    weights: initialWeights(graph, new SeededRandom(7)),
    facts: {},
  });
});

describe("qhubert ladder", () => {
  it("packs rungs that read less each, and inspect and simulate run them", async () => {
    const made = await run(
      "ladder --model m.safetensors --data data --out m.qhb --rungs 7,4,2 --calibration-crops 2 --workers 1",
    );
    expect(made.rungs.map(({ bits }: { bits: number }) => bits)).toEqual([7, 4, 2]);
    const read = made.rungs.map(({ flashReadBytesPerHop }: { flashReadBytesPerHop: number }) => flashReadBytesPerHop);
    expect(read).toEqual([...new Set<number>(read)].sort((a, b) => b - a));
    for (const { validation, test } of made.rungs) {
      expect(validation.mcnemar.changed).toBeLessThanOrEqual(validation.float.records);
      expect(test.compressed.f1MacroInterval).toHaveLength(2);
    }
    const inspected = await run("inspect m.qhb");
    expect(inspected.rungs.map((rung: { flashReadBytesPerHop: number }) => rung.flashReadBytesPerHop)).toEqual(read);
    expect(inspected.metadata.accuracy.rungs).toHaveLength(3);
    const [fine, coarse] = await Promise.all(
      [0, 2].map((rung) => run(`simulate --model m.qhb --synth sinus --seconds 12 --rung ${rung}`)),
    );
    expect(coarse.energyPerBeatUj).toBeLessThan(fine.energyPerBeatUj);
  }, 120_000);
});
