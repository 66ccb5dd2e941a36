import { type Interval, wilsonInterval } from "../evaluate/intervals/wilson.ts";
import { PAPER_TABLE_1, type PaperFigures } from "../evaluate/paper-tables.ts";
import { impliedBits, parameterCounts, uniformRatio, unquantizedShare } from "../export/accounting.ts";
import { nodeCosts } from "../graph/costs.ts";
import { cropRows } from "../graph/crop-rows.ts";
import { buildGraph } from "../graph/families.ts";

/** One figure of the paper beside what this project's graphs and formulas make of it. */
interface PaperCheck {
  readonly subject: "ResNet1D" | "HuBERT-ECG" | "Table 1";
  readonly what: string;
  /** The published figure, to the last digit that is published or follows from published figures. */
  readonly paper: string;
  readonly computed: string;
  readonly equal: boolean;
  /** The count of correct records that an accuracy stands for. `interval` is the 95 % interval of that count. */
  readonly right?: number;
  readonly interval?: Interval;
}

const CLASSES = ["AFIB", "GSVT", "SB", "SR"];
const RECORDS = 2118;
/** Sizes of test sets that are searched; a fifth of Chapman's 10,646 records is among them. */
const RECORDS_SEARCHED = { least: 200, most: 3000 } as const;
/** The paper's input, and the published HuBERT-ECG's: 12 leads of 5 s at 100 Hz, end to end. */
const SAMPLES = { oneLead: 5120, twelveLeads: 6000 } as const;
/** Gains of the positional conv's taps: only the published network has them, here they are fused into the weights. */
const WEIGHT_NORM_GAINS = 128;
/** Parameters of the embedding of a masked token, which only the published network has: pretraining alone needs it. */
const MASKED_EMBEDDING = 512;

/** Checks every figure of the paper that needs neither its weights nor its records: its Table 1 and the networks of its text. */
export function paperChecks(): readonly PaperCheck[] {
  const shares = { ResNet1D: resnetShare(), "HuBERT-ECG": hubertCounts().unquantized / hubertCounts().total };
  const subjects = ["ResNet1D", "HuBERT-ECG"] as const;
  return [
    ...subjects.flatMap((subject) => ratioChecks(subject, shares[subject])),
    ...hubertChecks(),
    check("ResNet1D", "mean bits a weight, from 10.44x", "3.040", impliedBits(shares.ResNet1D, 10.44).toFixed(3)),
    check("HuBERT-ECG", "mean bits a weight, from 9.43x", "3.348", impliedBits(shares["HuBERT-ECG"], 9.43).toFixed(3)),
    check("Table 1", "test records that its accuracies count", String(RECORDS), recordCounts().join(" or ") || "none"),
    ...subjects.flatMap((subject) => accuracyChecks(subject)),
  ];
}

function check(subject: PaperCheck["subject"], what: string, paper: string, computed: string): PaperCheck {
  return { subject, what, paper, computed, equal: paper === computed };
}

function rowsOf(subject: keyof typeof PAPER_TABLE_1): [string, PaperFigures][] {
  return Object.entries(PAPER_TABLE_1[subject]);
}

function ratioChecks(subject: keyof typeof PAPER_TABLE_1, share: number): PaperCheck[] {
  return rowsOf(subject).flatMap(([method, { ratio }]) => {
    const bits = Number(method.split(":")[1]);
    const computed = uniformRatio(share, bits).toFixed(2);
    return bits ? [check(subject, `ratio at ${bits} bits`, ratio.toFixed(2), computed)] : [];
  });
}

/** The unquantized share of resnet1d-paper, the network that fits the paper's text and ratios. */
function resnetShare(): number {
  return unquantizedShare(parameterCounts(buildGraph("resnet1d-paper", CLASSES)));
}

/** Counts the parameters of the published SMALL with a head for four classes. A norm's gains, named "weight", are quantized too. */
function hubertCounts(): { readonly total: number; readonly head: number; readonly unquantized: number } {
  const costs = nodeCosts(buildGraph("hubert-small", CLASSES));
  const sum = (count: (cost: (typeof costs)[number]) => number) =>
    costs.reduce((total, cost) => total + count(cost), 0);
  return {
    total: sum(({ parameters }) => parameters) + WEIGHT_NORM_GAINS + MASKED_EMBEDDING,
    head: costs[costs.length - 1].parameters,
    unquantized: sum(({ parameters, weights, gains }) => parameters - weights - gains) + MASKED_EMBEDDING,
  };
}

function hubertChecks(): PaperCheck[] {
  const { total, head } = hubertCounts();
  const tokens = (samples: number) => String(cropRows(buildGraph("hubert-small", CLASSES), samples).get("project"));
  return [
    check("HuBERT-ECG", "parameters of SMALL without a head", "30209664", String(total - head)),
    check("HuBERT-ECG", "tokens of one lead, 5,120 samples", "79", tokens(SAMPLES.oneLead)),
    check("HuBERT-ECG", "tokens of twelve leads, 6,000 samples", "93", tokens(SAMPLES.twelveLeads)),
  ];
}

/** Finds the numbers of records for which every accuracy of Table 1, to its four decimals, is a whole number of records. */
function recordCounts(): number[] {
  const accuracies = Object.values(PAPER_TABLE_1).flatMap((rows) =>
    Object.values(rows).map(({ accuracy }) => accuracy),
  );
  const { least, most } = RECORDS_SEARCHED;
  return Array.from({ length: most - least + 1 }, (_, index) => least + index).filter((records) =>
    accuracies.every((accuracy) => (Math.round(accuracy * records) / records).toFixed(4) === accuracy.toFixed(4)),
  );
}

function accuracyChecks(subject: keyof typeof PAPER_TABLE_1): PaperCheck[] {
  return rowsOf(subject).map(([method, { accuracy }]) => {
    const right = Math.round(accuracy * RECORDS);
    const computed = (right / RECORDS).toFixed(4);
    return {
      ...check(subject, `accuracy, ${method}`, accuracy.toFixed(4), computed),
      right,
      interval: wilsonInterval(right, RECORDS),
    };
  });
}
