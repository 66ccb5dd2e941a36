import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDataset } from "../../tools/data/dataset-writer.ts";
import { syntheticDataset } from "../../tools/data/synth/synthetic-dataset.ts";
import { writeFloatModel } from "../../tools/export/safetensors/safetensors.ts";
import { packSealed } from "../../tools/export/seal.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { quantizedNetwork } from "../cases/random-network.ts";

export const CLASSES = ["N", "A", "O", "~"];

/** A folder of records and models, sound and broken; `remove` takes it away. */
export interface SampleFiles {
  readonly folder: string;
  remove(): void;
}

/**
 * `data` (8 records), `model.qhb` and `model.safetensors` (random weights), and what is wrong with the others by their names.
 */
export async function makeSampleFiles(): Promise<SampleFiles> {
  const folder = mkdtempSync(join(tmpdir(), "qhubert-cli-"));
  await writeModels(folder);
  writeRecords(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function writeModels(folder: string): Promise<void> {
  const graph = buildGraph("resnet1d-edge", CLASSES);
  const model = await packSealed(quantizedNetwork(graph, 7));
  writeFileSync(join(folder, "model.qhb"), model);
  writeFileSync(join(folder, "cut.qhb"), model.subarray(0, 1000));
  writeFileSync(join(folder, "flipped.qhb"), model.with(5000, model[5000] ^ 4));
  writeFileSync(join(folder, "text.qhb"), "a long enough text that is no model at all. ".repeat(20));
  writeFileSync(join(folder, "short.qhb"), "text");

  const path = join(folder, "model.safetensors");
  writeFloatModel(path, { graph, weights: initialWeights(graph, new SeededRandom(7)), facts: {} });
  writeFileSync(join(folder, "cut.safetensors"), readFileSync(path).subarray(0, 20_000));
  writeFileSync(join(folder, "text.safetensors"), "text that is no model");
}

function writeRecords(folder: string): void {
  const at = (name: string) => join(folder, name);
  const { records } = syntheticDataset({ recordsPerClass: 2, seconds: 12, seed: 3 });
  writeDataset(
    at("data"),
    records.map(({ label, patient, load }) => ({ record: load(), label, patient })),
  );
  const copies = ["truncated", "checksum", "unrecorded", "unlabelled", "strange"];
  for (const copy of copies) cpSync(at("data"), at(copy), { recursive: true });

  truncateSync(at("truncated/S000000.dat"), 100);
  const signal = readFileSync(at("checksum/S000000.dat"));
  signal[200] ^= 1;
  writeFileSync(at("checksum/S000000.dat"), signal);
  const rows = readFileSync(at("data/REFERENCE.csv"), "utf8");
  writeFileSync(at("unrecorded/REFERENCE.csv"), `${rows}S999999,N,P9\n`);
  writeFileSync(at("unlabelled/REFERENCE.csv"), rows.replace("S000000,N", "S000000,"));
  writeFileSync(at("strange/REFERENCE.csv"), rows.replace("S000000,N", "S000000,SR"));
  writeFileSync(at("rate.hea"), "rate 1 2000 4\nrate.dat 16 1000 16 0 0 0 0 II\n");
  writeFileSync(at("rate.dat"), new Uint8Array(8));
  writeFileSync(at("format.hea"), "format 1 300 4\nrate.dat 80 1000 16 0 0 0 0 II\n");
  writeFileSync(at("gaps.csv"), "time,II\n0,0.1\n0.002,NaN\n0.004,0.2\n");
  mkdirSync(at("empty"));
}
