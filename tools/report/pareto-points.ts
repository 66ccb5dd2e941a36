import type { Place } from "./pareto-front.ts";
import type { ReportInput, Score } from "./report-input.ts";

const FLOAT_BYTES = 4;

/** A compressed model as the figure of accuracy against bytes shows it. */
export interface ParetoPoint extends Place {
  /** Name in the legend. */
  readonly kind: string;
  /** Text beside the point; empty where the legend is enough. */
  readonly mark: string;
  readonly low: number;
  readonly high: number;
}

interface ParetoData {
  readonly points: readonly ParetoPoint[];
  readonly float: { readonly bytes: number; readonly score: Score };
  readonly share: string;
}

const KINDS: Readonly<Record<string, string>> = {
  uniform: "uniform widths",
  random: "random mixes",
  "no-laq": "no search",
  "literal-laq": "literal LAQ",
  greedy: "greedy by loss",
  knapsack: "knapsack on error",
  "robust-laq": "robust LAQ",
};
const THIS_MODEL = "this model";

/** The kinds of points in the order of the legend; other kinds of a study come after these by their names. */
export const KNOWN_KINDS: readonly string[] = [...Object.values(KINDS), THIS_MODEL];

/** Collects a point for every method of a study and for the model of a compression, on the share that is reported. */
export function paretoData({ compression, study }: ReportInput): ParetoData {
  const points: ParetoPoint[] = (study?.methods ?? []).map(({ name, fileBytes, test, meanBits }) => ({
    kind: KINDS[name] ?? name,
    mark: name === "uniform" ? meanBits.toFixed(1).replace(".0", "") : "",
    ...placeOf(fileBytes, test.compressed),
  }));
  const own = reportedShare({ compression, study });
  if (compression && own)
    points.push({ kind: THIS_MODEL, mark: "", ...placeOf(compression.fileBytes, own.compressed) });
  return { points, float: floatOf({ compression, study }), share: study || compression?.test ? "test" : "validation" };
}

/** Finds the comparison of a compression that is drawn. Beside a study it must be of as many test records. */
function reportedShare({ compression, study }: ReportInput) {
  if (!study) return compression?.test ?? compression?.validation;
  return compression?.test?.float.records === study.float.records ? compression.test : undefined;
}

function placeOf(bytes: number, { accuracy, accuracyInterval: [low, high] }: Score) {
  return { bytes, accuracy, low, high };
}

function floatOf({ compression, study }: ReportInput): ParetoData["float"] {
  if (study) {
    const [{ ratios, fileBytes }] = study.methods;
    return { bytes: ratios.file * fileBytes, score: study.float };
  }
  if (!compression) throw new RangeError("there is neither a compression nor a study to draw");
  const { float } = compression.test ?? compression.validation;
  return { bytes: FLOAT_BYTES * compression.model.parameters, score: float };
}
