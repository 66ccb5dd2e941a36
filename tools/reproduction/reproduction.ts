import type { McNemar } from "../evaluate/intervals/mcnemar.ts";
import type { PaperScore } from "../evaluate/paper-score.ts";
import type { PaperFigures } from "../evaluate/paper-tables.ts";
import type { CompressionRatios } from "../export/accounting.ts";

/** A row of the paper's table as it was measured here. */
export interface ReproductionRow {
  /** "float", "fixed:8" to "fixed:1", "laq". */
  readonly method: string;
  readonly score: PaperScore;
  readonly againstFloat: McNemar;
  /** Null in float. */
  readonly ratios: CompressionRatios | null;
  readonly meanBits: number;
  /** Null where the paper has no such row. */
  readonly paper: PaperFigures | null;
}

/** The paper's protocol carried out on one data set. */
export interface Reproduction {
  readonly dataset: string;
  readonly model: string;
  /** Records that were found, labelled and sound. */
  readonly records: number;
  readonly leftOut: { readonly withoutLabelOrFile: number; readonly damaged: number };
  readonly paperRecords: number;
  readonly publishedRecords: number;
  /** Null where the paper does not state it. */
  readonly paperTestRecords: number | null;
  readonly missingClasses: readonly string[];
  readonly split: { readonly train: number; readonly validation: number; readonly test: number; readonly seed: number };
  readonly epochs: number;
  /** The criterion that LAQ judged by. */
  readonly criterion: string;
  readonly rows: readonly ReproductionRow[];
}

/** The network of the paper's tables. */
export const PAPER_MODEL = "resnet1d-paper";

/** With fewer of the paper's records than this share, figures only show that everything runs. */
const LEAST_SHARE = 0.5;

/** Returns whether a run had too few records for its figures to say anything of network or method. */
export function isSmokeTest({ records, paperRecords }: Reproduction): boolean {
  return records < LEAST_SHARE * paperRecords;
}

const DIFFERENCES = [
  "records pass the engine's own front end (band limit, R peaks, int16 microvolts) before they are padded to 5,120 samples",
  "lead II, the batch of 32, the epochs, the plateau's patience and the validation share of the training part are chosen here",
  "the network's sizes are those that the paper's compression ratios fit; weight decay is decoupled from Adam's step",
  "compressed rows run in integers on the engine: activations have 8 bits, and weights one scale per channel",
];

/** Lists where a run differs from the paper, or had to choose because the paper does not say. */
export function differencesOf({ model }: Reproduction): readonly string[] {
  return model === PAPER_MODEL
    ? DIFFERENCES
    : [`the network is ${model}, far smaller than the paper's`, ...DIFFERENCES];
}

/** The sentence on the network of the paper's tables that is left out. */
export const NETWORKS_NOTE =
  "HuBERT-ECG, the other network of the paper's tables, is not run here: its rows are left out";
