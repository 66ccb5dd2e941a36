/**
 * One row of the paper's tables, in shares instead of percentages. Precision, recall and F1 are means over the classes.
 */
export interface PaperFigures {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Compression ratio: weights count their bits, all other parameters 32. */
  readonly ratio: number;
}

/** Table 1, left half: ResNet1D on Chapman's 2,118 test records, by method as `compress --method` names it. */
const TABLE_1_RESNET1D: Readonly<Record<string, PaperFigures>> = {
  float: { accuracy: 0.966, precision: 0.9632, recall: 0.9618, f1: 0.9624, ratio: 1 },
  "fixed:8": { accuracy: 0.966, precision: 0.963, recall: 0.9618, f1: 0.9623, ratio: 3.99 },
  "fixed:7": { accuracy: 0.9665, precision: 0.9635, recall: 0.9623, f1: 0.9629, ratio: 4.56 },
  "fixed:6": { accuracy: 0.9655, precision: 0.9624, recall: 0.9612, f1: 0.9617, ratio: 5.31 },
  "fixed:5": { accuracy: 0.9669, precision: 0.9641, recall: 0.9629, f1: 0.9634, ratio: 6.37 },
  "fixed:4": { accuracy: 0.9688, precision: 0.9665, recall: 0.9651, f1: 0.9657, ratio: 7.95 },
  "fixed:3": { accuracy: 0.941, precision: 0.9358, recall: 0.9344, f1: 0.9341, ratio: 10.58 },
  "fixed:2": { accuracy: 0.3555, precision: 0.2672, recall: 0.4175, f1: 0.2967, ratio: 15.79 },
  "fixed:1": { accuracy: 0.3551, precision: 0.0888, recall: 0.25, f1: 0.131, ratio: 31.16 },
  laq: { accuracy: 0.966, precision: 0.9626, recall: 0.9624, f1: 0.9625, ratio: 10.44 },
};

/** Table 1, right half: HuBERT-ECG on the same records. */
const TABLE_1_HUBERT: Readonly<Record<string, PaperFigures>> = {
  float: { accuracy: 0.9712, precision: 0.9685, recall: 0.9686, f1: 0.9685, ratio: 1 },
  "fixed:8": { accuracy: 0.9707, precision: 0.9678, recall: 0.968, f1: 0.9678, ratio: 3.98 },
  "fixed:7": { accuracy: 0.9703, precision: 0.967, recall: 0.9677, f1: 0.9673, ratio: 4.55 },
  "fixed:6": { accuracy: 0.9698, precision: 0.9668, recall: 0.9669, f1: 0.9668, ratio: 5.3 },
  "fixed:5": { accuracy: 0.9693, precision: 0.9662, recall: 0.9662, f1: 0.9662, ratio: 6.35 },
  "fixed:4": { accuracy: 0.9566, precision: 0.9523, recall: 0.9535, f1: 0.9524, ratio: 7.91 },
  "fixed:3": { accuracy: 0.5038, precision: 0.6033, recall: 0.5508, f1: 0.4917, ratio: 10.5 },
  "fixed:2": { accuracy: 0.2101, precision: 0.0525, recall: 0.25, f1: 0.0868, ratio: 15.63 },
  "fixed:1": { accuracy: 0.2101, precision: 0.0525, recall: 0.25, f1: 0.0868, ratio: 30.49 },
  laq: { accuracy: 0.9703, precision: 0.9675, recall: 0.9667, f1: 0.967, ratio: 9.43 },
};

/** Both halves of Table 1, by network. */
export const PAPER_TABLE_1 = { ResNet1D: TABLE_1_RESNET1D, "HuBERT-ECG": TABLE_1_HUBERT } as const;

/** Table 2, the paper's only figures of CPSC 2018. The ratio is Chapman's; the split and the metric are not named. */
const TABLE_2_CPSC2018: Readonly<Record<string, PaperFigures>> = {
  laq: { accuracy: 0.9578, precision: 0.9561, recall: 0.9581, f1: 0.9568, ratio: 10.44 },
};

/** The paper's ResNet1D by data set and method; a row that it does not have is missing. */
export const PAPER_RESULTS = {
  Chapman: TABLE_1_RESNET1D,
  "CPSC 2018": TABLE_2_CPSC2018,
} as const;
