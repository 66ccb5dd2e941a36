import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { RangeMethod } from "../../quantize/calibrate.ts";
import {
  type CompressionMethod,
  laqMethod,
  menuFrom,
  parseMenu,
  parseMethod,
  type SearchKind,
} from "../../quantize/compression-method.ts";
import type { Criterion } from "../../quantize/loss/engine-loss.ts";
import { DEFAULT_QUANTIZATION, type QuantizationOptions } from "../../quantize/quantization-state.ts";
import type { CandidateOptions } from "../../quantize/search/candidates.ts";
import { IMPORTANCE_NAMES, type ImportanceName } from "../../quantize/search/importance-measures.ts";
import type { Polarity } from "../../quantize/search/loss-limits.ts";
import { SEARCH_ORDERS, type SearchOrder } from "../../quantize/search/scan.ts";
import { parseWidth, type Width } from "../../quantize/width.ts";
import { countNumber, positiveNumber, realNumber, wholeNumber } from "../terminal/arguments.ts";
import { printNote } from "../terminal/output.ts";

/** What the command line says of how layers are quantized and candidates measured. */
export interface QuantizerArguments {
  readonly scale: QuantizationOptions["scale"];
  readonly rounding: QuantizationOptions["rounding"];
  readonly activations: RangeMethod;
  readonly reestimate: boolean;
  readonly correctBias: boolean;
  readonly selectionCrops?: number;
  readonly calibrationCrops?: number;
  readonly workers: number;
}

/** What it says of a search; what is missing is as `laqMethod` has it. */
export interface SearchArguments {
  readonly method: string;
  readonly criterion: Criterion;
  readonly search?: SearchKind;
  readonly polarity?: Polarity;
  readonly order?: SearchOrder;
  readonly importance?: ImportanceName;
  readonly alpha?: number;
  readonly beta?: number;
  readonly gamma?: number;
  readonly squeezeRounds?: number;
  readonly menu?: readonly Width[];
  readonly floor?: Width;
  readonly divergenceBudget?: number;
  readonly margin?: number;
  readonly screeningCrops?: number;
  readonly maxEvaluations?: number;
  readonly maxSeconds?: number;
}

export function addQuantizerOptions(command: Command): Command {
  const { scale, rounding } = DEFAULT_QUANTIZATION;
  return command
    .addOption(new Option("--scale <name>", "of weights, a channel").choices(["minMax", "mse"]).default(scale))
    .addOption(
      new Option("--rounding <name>", "of weights: to the nearest, or by the error of the layer's output")
        .choices(["nearest", "outputError"])
        .default(rounding),
    )
    .addOption(
      new Option("--activations <range>", "largest value of int8: max, mse or percentile:P")
        .argParser(parseRange)
        .default(DEFAULT_QUANTIZATION.range, "percentile:99.99"),
    )
    .option("--no-reestimate", "leave batch norm's statistics as they were trained")
    .option("--correct-bias", "layers without batch norm take the mean error of their output into the bias", false)
    .option(
      "--selection-crops <n>",
      "crops that candidates are judged by (default: 2000, at most 3 a record; 128 where none is chosen)",
      countNumber,
    )
    .option("--calibration-crops <n>", "crops for ranges and statistics (default: 32)", countNumber)
    .option("--workers <n>", "threads that share the crops", countNumber, availableParallelism());
}

export function addSearchOptions(command: Command): Command {
  const choices = (flags: string, description: string, names: readonly string[]) =>
    new Option(flags, description).choices(names);
  return command
    .option("--method <method>", "fixed:B with B in 1..8 or ternary, laq, or trained: as finetune left it", "laq")
    .addOption(
      choices("--criterion <name>", "of laq: kl to the float model, or the paper's errors", ["kl", "errors"]).default(
        "kl",
      ),
    )
    .addOption(
      choices("--search <name>", "of laq: scan as in the paper, or balance by loss a byte (default: balance for kl)", [
        "scan",
        "balance",
      ]),
    )
    .option("--menu <widths>", "of laq: such as ternary,2,3,4,8", menuOf)
    .option("--floor <width>", "of laq: the narrowest width of the menu that is used", widthOf)
    .option(
      "--divergence-budget <nats>",
      "of laq by kl: how far the whole may stray from the float model (default: 0.005)",
      positiveNumber,
    )
    .option("--margin <n>", "of laq by kl: standard errors added to a measured mean (default: 1)", realNumber)
    .option(
      "--screening-crops <n>",
      "of a balance: crops that steps are compared on; a step taken is measured on all (default: 250)",
      countNumber,
    )
    .addOption(
      choices("--polarity <name>", "of a scan: as eq. 3 has it, or important layers kept better", [
        "eq3",
        "conservative",
      ]),
    )
    .addOption(choices("--order <name>", "of a scan", SEARCH_ORDERS))
    .addOption(choices("--importance <name>", "of layers in a scan (default: weighted, eq. 2)", IMPORTANCE_NAMES))
    .option("--alpha <share>", "of the density in eq. 2 (default: 0.5)", realNumber)
    .option("--beta <share>", "of the deviation in eq. 2 (default: 0.5)", realNumber)
    .option("--gamma <share>", "of a scan by errors: the paper's T_margin (default: 0.0001)", positiveNumber)
    .option("--squeeze-rounds <n>", "of a scan: more passes for narrower widths (default: 0)", wholeNumber)
    .option("--max-evaluations <n>", "of laq: stop there with the best so far", countNumber)
    .option("--max-seconds <s>", "of laq: stop there with the best so far", positiveNumber);
}

/** Throws RangeError on a floor that leaves no width. */
export function methodOf({ method: text, criterion, ...args }: SearchArguments): CompressionMethod {
  const method = parseMethod(text, criterion);
  if (method.kind !== "laq") return method;
  const { floor, alpha, beta, menu, ...given } = args;
  const chosen = laqMethod(criterion, {
    ...Object.fromEntries(LAQ_OPTIONS.filter((name) => given[name] !== undefined).map((name) => [name, given[name]])),
    ...(menu ? { menu } : {}),
  });
  return {
    ...chosen,
    importanceWeights: {
      alpha: alpha ?? chosen.importanceWeights.alpha,
      beta: beta ?? chosen.importanceWeights.beta,
    },
    menu: floor === undefined ? chosen.menu : menuFrom(chosen.menu, floor),
  };
}

const LAQ_OPTIONS = [
  "search",
  "polarity",
  "order",
  "importance",
  "gamma",
  "squeezeRounds",
  "divergenceBudget",
  "margin",
  "screeningCrops",
  "maxEvaluations",
  "maxSeconds",
] as const;

export function candidateOptionsOf(args: QuantizerArguments): Pick<
  CandidateOptions,
  "selectionCrops" | "calibrationCrops" | "workers" | "onNote"
> & {
  readonly quantization: QuantizationOptions;
} {
  const { scale, rounding, activations, reestimate, correctBias, selectionCrops, calibrationCrops, workers } = args;
  return {
    quantization: { scale, rounding, range: activations, reestimateBatchNorm: reestimate, correctBias },
    selectionCrops,
    calibrationCrops,
    workers,
    onNote: printNote,
  };
}

function parseRange(text: string): RangeMethod {
  if (text === "max" || text === "mse") return { kind: text };
  const percent = Number(/^percentile:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return { kind: "percentile", percent };
  throw new InvalidArgumentError(`expected max, mse or percentile:P with P up to 100, found "${text}".`);
}

export const menuOf = (text: string) => asArgument(() => parseMenu(text));
export const widthOf = (text: string): Width => asArgument(() => parseWidth(text));

/** Commander names the option where it is told so. */
function asArgument<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
