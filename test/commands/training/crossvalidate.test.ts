import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { COMMAND, runQhubert, sentencesOf } from "../run-qhubert.ts";

const FIGURES = z.object({
  records: z.number(),
  accuracy: z.number(),
  accuracyCi95: z.tuple([z.number(), z.number()]),
  f1: z.number(),
  f1Ci95: z.tuple([z.number(), z.number()]),
});
const BOTH = z.object({ calibrated: FIGURES, uncalibrated: FIGURES });
const PLAIN = z.object({ accuracy: z.number(), f1: z.number(), f1Uncalibrated: z.number() });
const RESULTS = z.object({
  model: z.string(),
  runs: z.array(z.object({ seed: z.number(), fold: z.number(), validation: BOTH, test: BOTH })),
  seeds: z.array(z.object({ seed: z.number(), mean: PLAIN, pooled: BOTH })),
  median: PLAIN,
  ensemble: z.object({ mean: PLAIN, pooled: BOTH }).nullable(),
  engine: z.object({ bits: z.number(), records: z.number(), changed: z.number(), f1: z.number() }).nullable(),
});

/** Two folds of 40 test records and 8 validation ones. */
const RECORDS_PER_CLASS = 24;
const RECORDS = 4 * RECORDS_PER_CLASS;
const CROSS_VALIDATE = "crossvalidate --model resnet1d-edge --data data --folds 2 --epochs 1 --batch-size 8";

let folder: string;
const run = async (line: string) => {
  const { exitCode, stdout, stderr } = await runQhubert([...line.split(" "), "--json"], folder);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
};
const at = (path: string) => join(folder, path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "qhubert-folds-"));
  await run(`data synth --out data --records-per-class ${RECORDS_PER_CLASS} --seconds 11 --seed 3`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("qhubert crossvalidate", () => {
  it("tests each record once a seed, keeps what is finished, and adds seeds", async () => {
    const one = RESULTS.parse(await run(`${CROSS_VALIDATE} --out cv --engine-bits 8`));
    expect(one.runs.map(({ seed, fold }) => [seed, fold])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(one.seeds[0].pooled.calibrated.records).toBe(RECORDS);
    expect(one.ensemble).toBeNull();
    expect(one.engine).toMatchObject({ bits: 8, records: RECORDS });
    const tested = [1, 2].flatMap((fold) =>
      JSON.parse(readFileSync(at(`cv/seed1-fold${fold}.logits.json`), "utf8")).test.map(
        ({ name }: { name: string }) => name,
      ),
    );
    expect(new Set(tested).size).toBe(RECORDS);

    const { mtimeMs } = statSync(at("cv/seed1-fold1.safetensors"));
    const two = RESULTS.parse(await run(`${CROSS_VALIDATE} --out cv --seeds 1,2 --jobs 2`));
    expect(statSync(at("cv/seed1-fold1.safetensors")).mtimeMs).toBe(mtimeMs);
    expect(two.runs).toHaveLength(4);
    expect(two.seeds[0]).toEqual(one.seeds[0]);
    expect(two.ensemble?.pooled.calibrated.records).toBe(RECORDS);
    expect(JSON.parse(readFileSync(at("cv/results.json"), "utf8"))).toMatchObject({ model: "resnet1d-edge" });
  });

  it("teaches a fold by models of the same fold, and refuses those of another", async () => {
    await run(
      `${CROSS_VALIDATE} --out students --teacher cv/seed1-fold{fold}.safetensors,cv/seed2-fold{fold}.safetensors`,
    );
    const { exitCode, stderr } = await runQhubert(
      `${CROSS_VALIDATE} --out wrong --teacher cv/seed1-fold2.safetensors`.split(" "),
      folder,
    );
    expect(exitCode).toBe(2);
    const [sentence, ...more] = sentencesOf(stderr);
    expect(more).toEqual([]);
    expect(sentence).toMatch(/seed 1, fold 1: cv\/seed1-fold2.safetensors: cannot teach.*"fold":"2\/2".*"fold":"1\/2"/);
    expect(readdirSync(at("wrong"))).toEqual(["plan.json"]);
  });

  it("refuses a folder of another recipe", async () => {
    const { exitCode, stderr } = await runQhubert(`${CROSS_VALIDATE} --out cv --mixup 0.2`.split(" "), folder);
    expect(exitCode).toBe(2);
    expect(sentencesOf(stderr)).toEqual([expect.stringMatching(/cv\/plan.json: the folder holds other trainings: /)]);
  });

  it("names a plan that is damaged", async () => {
    mkdirSync(at("damaged"));
    writeFileSync(at("damaged/plan.json"), "{");
    const { exitCode, stderr } = await runQhubert(`${CROSS_VALIDATE} --out damaged`.split(" "), folder);
    expect(exitCode).toBe(2);
    expect(sentencesOf(stderr)).toEqual([
      expect.stringMatching(/damaged\/plan.json: is no JSON that a run has written/),
    ]);
  });
});

describe("qhubert ablate", () => {
  it("compares changes with the base on the same validation records", async () => {
    const ablate = CROSS_VALIDATE.replace("crossvalidate", "ablate");
    const { rows } = await run(`${ablate} --out ablation --only 1 --vary epochs=2 keep=best`);
    const gain = z.object({ gain: z.number(), ci95: z.tuple([z.number(), z.number()]) });
    const [base, longer, best] = rows;
    expect(base).toMatchObject({ change: "base", gain: null });
    expect(longer).toMatchObject({ change: "epochs=2", recipe: { epochs: 2, keep: "last" } });
    const { f1 } = z.object({ f1: gain, f1CrossFitted: gain }).parse(longer.gain);
    expect(f1.gain).toBeCloseTo(longer.figures.f1 - base.figures.f1, 12);
    // Of one epoch the best is the last.
    expect(best.figures).toEqual(base.figures);
    expect(best.gain.f1).toEqual({ gain: 0, ci95: [0, 0] });
    expect(readdirSync(at("ablation")).sort()).toEqual(["ablation.json", "base", "epochs=2", "keep=best"]);
  });
});

describe("qhubert plot", () => {
  it("draws trained models, cross-validations and evaluations", async () => {
    const evaluation = await run("evaluate --model cv/seed1-fold1.8bit.qhb --data data");
    writeFileSync(at("evaluation.json"), JSON.stringify(evaluation));
    const { points } = await run("plot cv/seed1-fold1.safetensors cv/results.json evaluation.json --out figures/f.svg");
    expect(points).toHaveLength(3);
    const [trained, pooled, packed] = points;
    expect(trained).toMatchObject({ family: "resnet1d-edge", width: "float" });
    expect([trained.bytes, trained.macsPerSecond]).toEqual([pooled.bytes, pooled.macsPerSecond]);
    expect(packed).toMatchObject({ family: "resnet1d-edge", width: "8", f1: evaluation.f1Macro });
    expect(packed.bytes).toBe(statSync(at("cv/seed1-fold1.8bit.qhb")).size);
    expect(packed.macsPerSecond).toBeCloseTo(trained.macsPerSecond, 6);
    expect(readFileSync(at("figures/f.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});

describe("qhubert train, interrupted", () => {
  const TRAIN =
    "train --model resnet1d-edge --data data --epochs 3 --batch-size 8 --noise synthetic --mixup 0.2 --stretch 0.1 " +
    "--mask-seconds 2 --average-decay 0.9 --label-smoothing 0.1 --sampling-power 0.5 --crop-seconds 8 --keep last";

  it("resumes to the same bytes with every kind of change to a crop, and only with the same recipe", async () => {
    await run(`${TRAIN} --out whole.safetensors`);
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    const child = spawn(process.execPath, [COMMAND, ...TRAIN.split(" "), "--out", "cut.safetensors"], {
      cwd: folder,
      env,
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!existsSync(at("cut.safetensors.checkpoint"))) await setTimeout(20);
    child.kill("SIGINT");
    await ended;
    expect(existsSync(at("cut.safetensors"))).toBe(false);

    const other = await runQhubert(`${TRAIN} --out cut.safetensors --resume --mixup 0.3`.split(" "), folder);
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toMatch(/cut.safetensors.checkpoint: is of another run: mixupAlpha was 0.2, is 0.3/);
    await run(`${TRAIN} --out cut.safetensors --resume`);
    expect(readFileSync(at("cut.safetensors")).equals(readFileSync(at("whole.safetensors")))).toBe(true);
    expect(existsSync(at("cut.safetensors.checkpoint"))).toBe(false);
  });
});
