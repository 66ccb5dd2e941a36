import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runQhubert, sentencesOf } from "./run-qhubert.ts";
import { makeSampleFiles, type SampleFiles } from "./sample-files.ts";
import { warmQhubert } from "./warm-qhubert.ts";

/** A command line, run among the sample files with OUT a new folder of its own, and what its one sentence must say. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  // Options and arguments
  ["frobnicate", /unknown command 'frobnicate'/],
  ["inspect", /missing required argument 'model'/],
  ["inspect model.qhb another.qhb", /too many arguments/],
  ["profile model.qhb --build turbo", /'turbo' is invalid.*auto, scalar, simd, relaxed, dsp/],
  ["profile model.qhb --seconds 0", /--seconds must be within 0 to 3600, found 0/],
  ["profile model.qhb --tile-cache -1", /tileCacheBytes must be a whole number of bytes.*-1/],
  ["inspect model.qhb --jsn", /unknown option '--jsn'.*Did you mean --json/],
  ["simulate --synth afib", /--model <file>' not specified/],
  ["simulate --model model.qhb", /--record FILE or --synth RHYTHM/],
  ["simulate --model model.qhb --synth afib --record data/S000000", /'--record <file>' cannot be used with .*--synth/],
  ["simulate --model model.qhb --synth disco", /'disco' is invalid.*sinus.*afib/],
  ["simulate --model model.qhb --synth afib --device PDP-11", /nRF52840, STM32U575, Apollo4 Plus.*PDP-11/],
  ["simulate --model model.qhb --synth afib --seconds long", /--seconds.*expected a number, found "long"/],
  ["simulate --model model.qhb --synth afib --seconds -3", /seconds must be .*-3/],
  ["simulate --model model.qhb --synth afib --rung 1", /no such rung \(rung 1 of 1, counted from 0\)/],
  ["simulate --model model.qhb --synth afib --rung -1", /rung must be a whole number from 0, found -1/],
  ["ladder --model model.safetensors --data data --out OUT/m.qhb --rungs 3,4", /--rungs.*that fall, .*found 3,4/],
  ["ladder --model model.safetensors --data data --out OUT/m.qhb --rungs 8,4", /from 7 bits to 1; found 8,4/],
  ["ladder --model model.safetensors --data data --out OUT/m.qhb --rungs 4", /two widths or more/],
  ["simulate --model model.qhb --synth afib --seed 1.5", /--seed.*expected a whole number, found "1.5"/],
  [
    "train --model resnet9000 --data data --out OUT/m.safetensors",
    /"resnet9000"; known: efficient1d-nano, resnet1d-edge, resnet1d-plus, resnet1d-paper, hubert-nano/,
  ],
  ["train --model resnet1d-edge --data data", /--out <file>' not specified/],
  ["train --model resnet1d-edge --data data --out OUT/m.safetensors --epochs 0", /--epochs.*1 or more, found "0"/],
  ["train --model resnet1d-edge --data data --out OUT/m.safetensors --learning-rate -1", /learningRate.*-1/],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors --resume",
    /OUT\/m.safetensors.checkpoint: no such/,
  ],
  ["train --model resnet1d-edge --data data --out OUT/m.safetensors --fold 6/5", /--fold.*such as 2\/5, found "6\/5"/],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors --mixup -1",
    /mixupAlpha must be within 0 to 4, not -1/,
  ],
  ["train --model resnet1d-edge --data data --out OUT/m.safetensors --noise data", /data\/bw: no such record/],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors --noise-decibels 9:3 --noise synthetic",
    /noiseDecibels must run from low to high, not from 9 to 3/,
  ],
  ["train --model resnet1d-edge --data data --out OUT/m.safetensors --keep first", /'first' is invalid.*best, last/],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors --fold 1/2",
    /data: its 8 records leave none for the \w+ share of fold 1\/2/,
  ],
  ["train --model hubert-nano --data data --out OUT/m.safetensors --freeze half", /a number of blocks, found "half"/],
  ["train --model hubert-nano --data data --out OUT/m.safetensors --freeze 3", /hubert-nano has 2 blocks, found 3/],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors --freeze conv",
    /resnet1d-edge has no convs before/,
  ],
  ["train --model hubert-nano --data data --out OUT/m.safetensors --init nowhere.safetensors", /nowhere.*ENOENT/],
  ["train --model hubert-nano --data data --out OUT/m.safetensors --crop-seconds 0.1", /50 samples, it needs 82/],
  ["pretrain --model hubert-nano --data data", /--out <file>' not specified/],
  [
    "pretrain --model resnet1d-edge --data data --out OUT/p.safetensors",
    /resnet1d-edge has no tokens that can be masked; only the hubert networks have/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --resume",
    /OUT\/p.safetensors.checkpoint: no such checkpoint; pretrain without --resume first/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --mask-share 0",
    /the masked share must be above 0, to 1, not 0/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --features sound",
    /'sound' is invalid.*mfcc, time, mixed/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --latent-block 3",
    /latentBlock must be within 1 to 2 for hubert-nano, not 3/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --crop-seconds 0.1",
    /crops of 50 samples are shorter than a token, 82/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --clusters 1000",
    /632 points cannot fill 1000 clusters; ask for fewer/,
  ],
  [
    "pretrain --model hubert-nano --data data --out OUT/p.safetensors --hold-out 1/2",
    /data: its 8 records leave none for the \w+ share of fold 1\/2/,
  ],
  ["pretrain --model hubert-nano --data empty --out OUT/p.safetensors", /empty: has no record that can be read/],
  ["pretrain --model hubert-nano --data data --data nowhere --out OUT/p.safetensors", /nowhere: no such folder/],
  ["crossvalidate --model resnet9000 --data data --out OUT/cv", /"resnet9000"; known: /],
  ["crossvalidate --model resnet1d-edge --data data --out OUT/cv --folds 1", /--folds must be 2 or more, found 1/],
  ["crossvalidate --model resnet1d-edge --data data --out OUT/cv --seeds 1,x", /--seeds.*a whole number, found "x"/],
  [
    "crossvalidate --model resnet1d-edge --data data --out OUT/cv --dropout 1",
    /dropout must be within 0 to 0.9, not 1/,
  ],
  ["ablate --model resnet1d-edge --data data --out OUT/ab", /--vary <changes...>' not specified/],
  ["ablate --model resnet1d-edge --data data --out OUT/ab --vary luck=1", /--vary luck=1: unknown option '--luck'/],
  ["ablate --model resnet1d-edge --data data --out OUT/ab --vary mixup=9", /--vary mixup=9: mixupAlpha must be within/],
  [
    "ablate --model resnet1d-edge --data data --out OUT/ab --vary mixup=1 --only 6",
    /--only names fold 6, expected 1 to 5/,
  ],
  ["prune --model model.safetensors --data data --out OUT/m.safetensors", /either --share or --divergence-budget/],
  ["prune --model model.safetensors --data data --share 1.5 --out OUT/m.safetensors", /--share 1.5: expected below 1/],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --method fixed:9", /1 to 8 or ternary, found "9"/],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --menu ,",
    /a menu without a width leaves nothing to choose from/,
  ],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --menu 2,9", /1 to 8 or ternary, found "9"/],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --menu 2,2", /the menu "2,2" names a width twice/],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --menu 2 --floor 3",
    /a floor of 3 leaves no width of the menu 2/,
  ],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --activations loud",
    /max, mse or percentile:P with P up to 100, found "loud"/,
  ],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --importance luck",
    /'luck' is invalid.*weighted, pdi, pvi, sensitivity, weightError, outputError/,
  ],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --max-seconds 0", /above 0, found "0"/],
  [
    "compare-methods --model model.safetensors --data data --out text.safetensors",
    /text.safetensors: is no study to go on with/,
  ],
  ["compare-methods --model model.safetensors --data data --out OUT/s.json --budgets 0.1,0.1", /names a budget twice/],
  ["compare-methods --model model.safetensors --data data --out OUT/s.json --sizes 2,nine", /ternary, found "nine"/],
  [
    "compare-methods --model model.safetensors --data data --out OUT/s.json --sizes 2 --menu 3,4",
    /--sizes 2: is no width of the menu 3, 4/,
  ],
  [
    "compare-methods --model model.safetensors --data data --out OUT/s.json --orders luck",
    /expected orders of importanceDescending, .*network, found "luck"/,
  ],
  ["compare-methods --model model.safetensors --data data --out OUT/s.json --folds 1", /--folds must be 2 or more/],
  [
    "compare-methods --model model.safetensors --data data --out OUT/s.json --folds 5",
    /model.safetensors: expected a model of fold 1\/5 .*, found one of no fold/,
  ],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --method magic",
    /fixed:B, laq or trained, found "magic"/,
  ],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --method trained", /finetune it first/],
  ["compress --model model.safetensors --data data --out OUT/m.qhb --criterion luck", /'luck' is invalid.*kl, errors/],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --selection-crops few",
    /a whole number, found "few"/,
  ],
  [
    "compress --model model.safetensors --data data --out OUT/m.qhb --divergence-budget 0",
    /--divergence-budget.*a number above 0, found "0"/,
  ],
  ["finetune --model model.safetensors --data data --out OUT/q.safetensors", /--widths <widths>' not specified/],
  ["finetune --model model.safetensors --data data --widths fixed:9 --out OUT/q.safetensors", /ternary, found "9"/],
  [
    "finetune --model model.safetensors --data data --widths fixed:4,tail:8 --out OUT/q.safetensors",
    /resnet1d-edge has no layer tail; its layers: stem, /,
  ],
  [
    "finetune --model model.safetensors --data data --widths text.safetensors --out OUT/q.safetensors",
    /text.safetensors: cannot be read as widths/,
  ],
  [
    "finetune --model model.safetensors --data data --widths fixed:4 --block-weight -1 --out OUT/q.safetensors",
    /blocks must be within 0 to 100, not -1/,
  ],
  ["alternate --model model.safetensors --data data --menu 9 --out OUT", /--menu.*ternary, found "9"/],
  ["alternate --model nowhere.safetensors --data data --out OUT", /nowhere.safetensors: /],
  ["evaluate --model model.qhb --data data --share most", /'most' is invalid.*all, train, validation, test/],
  ["reproduce --data data --model resnet9000 --out OUT/r", /"resnet9000"; known: /],
  ["plot model.qhb --out OUT/f.png", /--out.*expected a file that ends in .svg, found "OUT\/f.png"/],
  ["plot --out OUT/f.svg", /missing required argument 'files'/],
  ["plot model.safetensors --out OUT/f.svg", /model.safetensors: does not say how well it did/],
  ["plot text.qhb --out OUT/f.svg", /text.qhb: .*"QHB1"/],
  ["plot data/REFERENCE.csv --out OUT/f.svg", /data\/REFERENCE.csv: holds no JSON/],
  ["data synth --out OUT/d --records-per-class some", /expected a whole number, found "some"/],
  ["data synth --out OUT/d --seconds 0", /seconds .*0/],
  ["data import --from floppy --in data --out OUT/d", /'floppy' is invalid.*cinc2017, wfdb, cpsc2018, chapman, csv/],
  // Models
  ["inspect nowhere.qhb", /nowhere.qhb: cannot be read \(ENOENT\); expected a .qhb model/],
  ["inspect data", /data: cannot be read \(EISDIR\)/],
  ["profile text.qhb", /text.qhb: .*does not begin with "QHB1"/],
  ["inspect text.qhb", /text.qhb: .*does not begin with "QHB1"/],
  ["inspect short.qhb", /short.qhb: .*truncated or not a .qhb model/],
  ["inspect cut.qhb", /cut.qhb: .*byte 8: .*truncated/],
  ["inspect flipped.qhb", /flipped.qhb: .*CRC-32.*damaged/],
  ["simulate --model text.qhb --synth afib", /text.qhb: .*"QHB1"/],
  ["evaluate --model text.qhb --data data", /text.qhb: .*"QHB1"/],
  ["evaluate --model nowhere.safetensors --data data", /nowhere.safetensors: cannot be read \(ENOENT\)/],
  ["evaluate --model cut.safetensors --data data", /cut.safetensors: /],
  ["compress --model text.safetensors --data data --out OUT/m.qhb", /text.safetensors: header length/],
  ["compress --model model.qhb --data data --out OUT/m.qhb", /model.qhb: header length/],
  // Records
  ["detect --record nowhere", /nowhere: no such record, expected a .hea, .dat, .mat or .csv file/],
  [
    "detect --record truncated/S000000.hea",
    /truncated\/S000000.dat: signals are cut short: found 100 bytes, expected 7200/,
  ],
  ["detect --record checksum/S000000.hea", /checksum\/S000000.dat: checksum of II is -?\d+, expected -?\d+/],
  ["detect --record format.hea", /rate.dat: signal format is 80, expected one of 16, 212/],
  ["detect --record rate.hea", /rate.hea: sampleRateHz must be within 125 to 1000, found 2000/],
  ["detect --record gaps.csv", /gaps.csv: .*NaN/],
  ["detect --record data/S000000 --lead V9", /record S000000: lead "V9" is missing, expected one of II/],
  ["simulate --model model.qhb --record data/S000000 --lead 3", /lead "3" is missing, expected one of II/],
  ["simulate --model model.qhb --record truncated/S000000", /truncated\/S000000.dat: signals are cut short/],
  ["evaluate --model model.qhb --data checksum", /checksum\/S000000.dat: checksum of II/],
  // Data sets
  ["evaluate --model model.qhb --data nowhere", /nowhere: no such folder/],
  ["evaluate --model model.qhb --data empty", /empty\/REFERENCE.csv: no such file, expected a list/],
  [
    "evaluate --model model.qhb --data unrecorded",
    /unrecorded\/REFERENCE.csv: label "N" is for record "S999999", which is missing/,
  ],
  ["evaluate --model model.qhb --data unlabelled", /unlabelled\/REFERENCE.csv: record "S000000" has no label/],
  [
    "evaluate --model model.qhb --data strange",
    /record S000000: label "SR" is no class of model.qhb, which knows N, A, O, ~/,
  ],
  ["evaluate --model model.qhb --data data --lead V9", /lead "V9" is missing/],
  ["evaluate --model model.qhb --data data --share test", /data: its 8 records leave none for the \w+ share/],
  ["compress --model model.safetensors --data strange --out OUT/m.qhb", /label "SR" is no class of model.safetensors/],
  [
    "train --model resnet1d-edge --data truncated --out OUT/m.safetensors",
    /truncated\/S000000.dat: signals are cut short/,
  ],
  [
    "train --model resnet1d-edge --data data --out OUT/m.safetensors",
    /data: its 8 records leave none for the \w+ share/,
  ],
  ["reproduce --data data --out OUT/r", /data: /],
  ["reproduce --data nowhere --out OUT/r", /nowhere: no such folder/],
  ["data import --from wfdb --in truncated --out OUT/d", /truncated\/S000000.dat: signals are cut short/],
  ["data import --from wfdb --in unrecorded --out OUT/d", /label "N" is for record "S999999", which is missing/],
  ["data import --from cinc2017 --in strange --out OUT/d", /label of S000000 is "SR", expected one of N A O ~/],
  ["data import --from wfdb --in data --out OUT/d --lead V9", /lead "V9" is missing/],
  ["data import --from wfdb --in nowhere --out OUT/d", /nowhere\/REFERENCE.csv: no such file/],
  ["data synth --out data", /data: has 25 entries, expected an empty folder or none/],
];

describe.concurrent("a wrong usage gives exit code 2, one sentence and no file:", () => {
  let samples: SampleFiles;
  beforeAll(async () => {
    samples = await makeSampleFiles();
  });
  afterAll(() => samples?.remove());

  it.each(WRONG.map(([line, sentence], index) => [line, sentence, `out${index}`] as const))(
    "qhubert %s",
    async (line, sentence, out) => {
      const words = line.replaceAll("OUT", out).split(" ");
      const { exitCode, stdout, stderr } = await warmQhubert(words, samples.folder);
      expect(exitCode, stderr).toBe(2);
      expect(stdout).toBe("");
      const said = sentencesOf(stderr);
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/^qhubert: /);
      expect(said[0].replaceAll(out, "OUT")).toMatch(sentence);
      expect(filesBelow(join(samples.folder, out))).toEqual([]);
      expect(readdirSync(samples.folder).filter((name) => name.includes("partial"))).toEqual([]);
    },
  );
});

it("a wrong usage ends a process of its own with exit code 2", async () => {
  const { exitCode, stdout, stderr } = await runQhubert(["frobnicate"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/unknown command 'frobnicate'/);
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
