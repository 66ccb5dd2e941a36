import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeDataset } from "../../../tools/data/dataset-writer.ts";
import { readFloatModel } from "../../../tools/export/safetensors/safetensors.ts";
import { weightShapes } from "../../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { COMMAND, sentencesOf } from "../run-qhubert.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const EPOCH = z.object({ iteration: z.number(), epoch: z.number(), loss: z.number(), accuracy: z.number() });
const RESULT = z.object({ model: z.string(), parameters: z.number(), history: z.array(EPOCH) });
const FACTS = z.object({
  data: z.array(z.object({ name: z.string(), records: z.number(), heldOut: z.number() })),
  holdOut: z.string().nullable(),
});
const SPLIT = z.object({
  split: z.object({ records: z.object({ train: z.number(), validation: z.number(), test: z.number() }) }),
});

const PRETRAIN =
  "pretrain --model hubert-nano --data labelled --data plain --clusters 8 --latent-clusters 6 --batch-size 8 " +
  "--crop-seconds 2 --iterations 2 --epochs 1";

let folder: string;
const at = (path: string) => join(folder, path);
const run = async (line: string) => {
  const { exitCode, stdout, stderr } = await warmQhubert([...line.split(" "), "--json"], folder);
  expect(exitCode, stderr).toBe(0);
  return { result: RESULT.parse(JSON.parse(stdout)), stderr };
};
const factsOf = (path: string) => FACTS.parse(readFloatModel(at(path)).facts);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "qhubert-pretrain-"));
  for (const [name, perClass, seed] of [
    ["labelled", 24, 3],
    ["plain", 5, 4],
  ]) {
    const line = `data synth --out ${name} --records-per-class ${perClass} --seconds 8 --seed ${seed}`;
    const { exitCode, stderr } = await warmQhubert(line.split(" "), folder);
    expect(exitCode, stderr).toBe(0);
  }
  rmSync(at("plain/REFERENCE.csv"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("qhubert pretrain", () => {
  it("teaches a network on the records of several folders, labelled or not, and resumes to the same bytes", async () => {
    const { result, stderr } = await run(`${PRETRAIN} --out whole.safetensors`);
    expect(result.history.map(({ iteration, epoch }) => [iteration, epoch])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(stderr).toMatch(/^clusters: iteration 1, 8 of \d+ tokens, perplexity \d/m);
    expect(stderr).toMatch(
      /^pretraining: 28 of 28 iteration 2 of 2, epoch 1 of 1, loss \d.*masked.*clusters.*perplexity/m,
    );
    const { graph, weights } = readFloatModel(at("whole.safetensors"));
    expect([...weights.keys()]).toEqual([...weightShapes(graph).keys()]);
    expect(factsOf("whole.safetensors")).toEqual({
      data: [
        { name: "labelled", records: 96, heldOut: 0 },
        { name: "plain", records: 20, heldOut: 0 },
      ],
      holdOut: null,
    });

    const child = spawn(process.execPath, [COMMAND, ...PRETRAIN.split(" "), "--out", "cut.safetensors"], {
      cwd: folder,
      env: { ...process.env, XDG_CACHE_HOME: folder },
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!existsSync(at("cut.safetensors.checkpoint"))) await setTimeout(20);
    child.kill("SIGINT");
    await ended;
    expect(existsSync(at("cut.safetensors"))).toBe(false);
    const other = await warmQhubert(`${PRETRAIN} --out cut.safetensors --resume --mask-span 2`.split(" "), folder);
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toMatch(/cut.safetensors.checkpoint: is of another run: mask.spanTokens was 1, is 2/);
    await run(`${PRETRAIN} --out cut.safetensors --resume`);
    expect(readFileSync(at("cut.safetensors")).equals(readFileSync(at("whole.safetensors")))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes("checkpoint"))).toEqual([]);
  });

  it("gives weights that train begins with, all but the head's, of records that train chooses and tests by none", async () => {
    await run(`${PRETRAIN} --iterations 1 --hold-out tenths --out begun.safetensors`);
    const line =
      "train --model hubert-nano --data labelled --epochs 1 --batch-size 8 --crop-seconds 2 --average-decay 0";
    const tuned = `${line} --learning-rate 1e-30 --weight-decay 0 --no-calibrate --init begun.safetensors --out tuned.safetensors`;
    const { exitCode, stderr } = await warmQhubert(tuned.split(" "), folder);
    expect(exitCode, stderr).toBe(0);
    const [before, after] = ["begun", "tuned"].map((name) => readFloatModel(at(`${name}.safetensors`)));
    expect(after.graph.classes).toEqual(["N", "A", "O", "~"]);
    const { split } = SPLIT.parse(after.facts);
    expect(after.facts.init).toBe("begun.safetensors");
    const heldOut = split.records.validation + split.records.test;
    expect(FACTS.parse(before.facts)).toEqual({
      data: [
        { name: "labelled", records: split.records.train, heldOut },
        { name: "plain", records: 20, heldOut: 0 },
      ],
      holdOut: "validation and test tenths, seed 1",
    });
    // At this rate weights stand still; batch norm's running moments follow the data.
    const moves = (key: string) => key.startsWith("head.") || /\.(mean|variance)$/.test(key);
    for (const [key, { data }] of after.weights) {
      if (!moves(key)) expect(data, key).toEqual(before.weights.get(key)?.data);
    }
  });

  it("leaves the test records of a fold out, where there are labels to divide by", async () => {
    const line = `${PRETRAIN} --iterations 1 --hold-out 1/2 --out held.safetensors`;
    const { stderr } = await run(line);
    expect(sentencesOf(stderr)).toContain("plain: no record is held out, for none is labelled");
    expect(factsOf("held.safetensors")).toEqual({
      data: [
        { name: "labelled", records: 48, heldOut: 48 },
        { name: "plain", records: 20, heldOut: 0 },
      ],
      holdOut: "fold 1/2, seed 1",
    });
  });

  it("takes every lead of a record as a record, where it is told to", async () => {
    const random = new SeededRandom(1);
    const samples = () => Int32Array.from({ length: 2000 }, () => 300 * random.normal());
    const lead = (name: string) => ({ name, samples: samples(), countsPerMillivolt: 1000, baseline: 0 });
    const record = (name: string, leads: string[]) => ({ name, sampleRateHz: 500, leads: leads.map(lead) });
    writeDataset(at("leads"), [
      { record: record("three", ["I", "II", "V1"]), label: "N" },
      { record: record("one", ["II"]), label: "N" },
    ]);
    const line =
      "pretrain --model hubert-nano --data leads --clusters 4 --crop-seconds 2 --epochs 1 --out leads.safetensors";
    await run(`${line} --lead all`);
    expect(factsOf("leads.safetensors").data).toEqual([{ name: "leads", records: 4, heldOut: 0 }]);
    await run(line);
    expect(factsOf("leads.safetensors").data).toEqual([{ name: "leads", records: 2, heldOut: 0 }]);
  });

  it("leaves out what is damaged or no record, and says so", async () => {
    mkdirSync(at("mixed"));
    for (const name of readdirSync(at("plain"))) copyFileSync(at(`plain/${name}`), at(`mixed/${name}`));
    writeFileSync(at("mixed/S000000.dat"), "cut short");
    writeFileSync(at("mixed/list.csv"), "a list, of something\n");
    const { stderr } = await run(
      "pretrain --model hubert-nano --data mixed --clusters 4 --crop-seconds 2 --epochs 1 --out mixed.safetensors",
    );
    const said = sentencesOf(stderr).join("\n");
    expect(said).toMatch(/S000000.dat: signals are cut short/);
    expect(said).toMatch(/list.csv: /);
    expect(factsOf("mixed.safetensors").data).toEqual([{ name: "mixed", records: 19, heldOut: 0 }]);
  });
});
