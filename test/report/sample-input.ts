import { accuracy, confusionMatrix, correctCount } from "../../tools/evaluate/confusion.ts";
import { macroF1 } from "../../tools/evaluate/f1.ts";
import { mcnemar } from "../../tools/evaluate/intervals/mcnemar.ts";
import { wilsonInterval } from "../../tools/evaluate/intervals/wilson.ts";
import { isWithoutLoss } from "../../tools/evaluate/without-loss.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import type { CompressionInput, Score, ShareComparison, StudyInput } from "../../tools/report/report-input.ts";

const CLASSES = ["N", "A", "O", "~"];
const WIDTHS = ["ternary", 2, 3, 4, 5, 6, 8] as const;
const BINS = 41;

export interface SampleSize {
  readonly layers: number;
  readonly seed: number;
  /** Before every name that a report shows. */
  readonly prefix?: string;
}

/** Two classifiers with so much of the truth in each, on the same records. */
function comparison(random: SeededRandom, records: number, right: number): ShareComparison {
  const truths = Array.from({ length: records }, () => random.integer(CLASSES.length));
  const float = truths.map((truth) => (random.next() < 0.82 ? truth : random.integer(CLASSES.length)));
  const compressed = truths.map((truth, i) => (random.next() < right ? float[i] : truth === 0 ? 1 : random.integer(4)));
  const paired = mcnemar(truths, float, compressed);
  const scoreOf = (predictions: readonly number[]): Score => {
    const confusion = confusionMatrix(truths, predictions, CLASSES.length);
    const f1Macro = macroF1(confusion);
    return {
      records,
      accuracy: accuracy(confusion),
      accuracyInterval: [...wilsonInterval(correctCount(confusion), records)],
      f1Macro,
      // A bootstrap of each of a study's scores would take minutes.
      f1MacroInterval: [Math.max(0, f1Macro - 0.03), Math.min(1, f1Macro + 0.03)],
      confusion: confusion.map((row) => [...row]),
    };
  };
  return {
    float: scoreOf(float),
    compressed: scoreOf(compressed),
    mcnemar: paired,
    withoutLoss: isWithoutLoss(paired, records),
  };
}

function layerOf(name: string, random: SeededRandom, layers: number) {
  const deviation = random.next();
  const bell = Array.from({ length: BINS }, (_, bin) => Math.round(400 * Math.exp(-(((bin - 20) / 7) ** 2))));
  const combed = bell.map((_, bin) => (bin % 5 === 0 ? 5 * bell[bin] : 0));
  return {
    name,
    weights: 100 + random.integer(9000),
    width: WIDTHS[random.integer(WIDTHS.length)],
    density: 1 / layers,
    deviation,
    importance: 0.5 / layers + 0.5 * deviation,
    histogram: { limit: 0.1 + random.next(), before: bell, after: combed },
  };
}

/** The document of `compress --report`, with made-up figures. */
export function sampleCompression({ layers, seed, prefix = "" }: SampleSize): CompressionInput {
  const random = new SeededRandom(seed);
  const made = Array.from({ length: layers }, (_, i) => layerOf(`${prefix}block${i}.conv`, random, layers));
  const steps = made.flatMap(({ name, width }) => [
    { layer: name, width: "ternary" as const, loss: null, limit: 0.005, outcome: "refused", evaluations: 1 },
    { layer: name, width, loss: random.next() / 200, limit: 0.005, outcome: "accepted", evaluations: 2 },
  ]);
  return {
    kind: "compression",
    command: `qhubert compress --model ${prefix}model.safetensors --out model.qhb`,
    model: {
      name: `${prefix}net`,
      classes: CLASSES,
      parameters: 45_972,
      file: `${prefix}model.safetensors`,
      sha256: "0".repeat(64),
    },
    out: { file: `${prefix}model.qhb`, sha256: "1".repeat(64) },
    data: { dataset: `${prefix}records` },
    method: { kind: "laq" },
    seed,
    meanBits: 3.5,
    fileBytes: 34_864,
    ratios: { paper: 7.63, file: 5.27, flash: 3.24 },
    layers: made,
    search: { steps, evaluations: steps.length, complete: true },
    validation: comparison(random, 300, 0.97),
    test: comparison(random, 300, 0.96),
  };
}

/** The study of `compare-methods`, with made-up figures; one method collapses. */
export function sampleStudy({ layers, seed, prefix = "" }: SampleSize): StudyInput {
  const random = new SeededRandom(seed);
  const names = Array.from({ length: layers }, (_, i) => `${prefix}block${i}.conv`);
  const method = (name: string, label: string, bits: number, right: number, drawn: number | null = null) => ({
    name,
    label: `${prefix}${label}`,
    widths: Object.fromEntries(names.map((layer) => [layer, WIDTHS[random.integer(WIDTHS.length)]])),
    meanBits: bits,
    fileBytes: Math.round(12_000 + 5700 * bits + 900 * random.next()),
    ratios: { paper: 30 / bits, file: 22 / bits, flash: 9 / bits },
    seed: drawn,
    validation: comparison(random, 300, right),
    test: comparison(random, 300, right),
  });
  return {
    kind: "study",
    model: `${prefix}net`,
    data: { share: "test", records: 300, selectionRecords: 300 },
    classes: CLASSES,
    float: comparison(random, 300, 1).float,
    methods: [
      ...[2, 3, 4, 5, 6, 7, 8].map((bits) =>
        method("uniform", `uniform ${bits}`, bits, bits === 2 ? 0.4 : 1 - 0.3 / bits),
      ),
      ...[1, 2, 3, 4, 5, 6].map((draw) => method("random", `random mix ${draw}`, 3.4, 0.88, draw)),
      method("no-laq", "8 bits, no search", 8, 0.99),
      method("literal-laq", "literal LAQ", 4.1, 0.92),
      method("greedy", "greedy by loss", 3.5, 0.95),
      method("knapsack", "knapsack on error", 3.4, 0.94),
      method("robust-laq", "robust LAQ", 3.3, 0.97),
    ],
  };
}
