import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { OptionTable } from "../../options/option-table.ts";
import { parseRange, rangeText } from "../../quantize/calibrate.ts";
import { DEFAULT_QUANTIZATION, type QuantizationOptions } from "../../quantize/quantization-state.ts";
import { SCALE_METHODS } from "../../quantize/quantizers/channel-scale.ts";
import type { CandidateOptions } from "../../quantize/search/candidates.ts";
import { addOptionTable, optionsGiven } from "../terminal/option-table.ts";
import { printNote } from "../terminal/output.ts";

/** Options of how layers are quantized and candidates are measured. */
interface QuantizerOptions extends Pick<CandidateOptions, "selectionCrops" | "calibrationCrops"> {
  readonly quantization: QuantizationOptions;
  readonly workers: number;
}

const QUANTIZER_TABLE: OptionTable<QuantizerOptions> = [
  { field: "quantization.scale", flag: "--scale <name>", takes: SCALE_METHODS, help: "of weights, a channel" },
  {
    field: "quantization.rounding",
    flag: "--rounding <name>",
    takes: ["nearest", "outputError"],
    help: "of weights: to the nearest, or by the error of the layer's output",
  },
  {
    field: "quantization.range",
    flag: "--activations <range>",
    takes: parseRange,
    show: rangeText,
    help: "largest value of int8: max, mse or percentile:P",
  },
  {
    field: "quantization.reestimateBatchNorm",
    flag: "--no-reestimate",
    takes: "off",
    help: "leave batch norm's statistics as they were trained",
  },
  {
    field: "quantization.correctBias",
    flag: "--correct-bias",
    takes: "on",
    help: "layers without batch norm take the mean error of their output into the bias",
  },
  {
    field: "selectionCrops",
    flag: "--selection-crops <n>",
    takes: "count",
    help: "crops that candidates are judged by",
    unset: "2000, at most 3 a record; 128 where none is chosen",
  },
  {
    field: "calibrationCrops",
    flag: "--calibration-crops <n>",
    takes: "count",
    help: "crops for ranges and statistics",
    unset: "32",
  },
  { field: "workers", flag: "--workers <n>", takes: "count", help: "threads that share the crops" },
];

const DEFAULTS: QuantizerOptions = { quantization: DEFAULT_QUANTIZATION, workers: availableParallelism() };

/** Adds the options of the quantizer to a command. */
export function addQuantizerOptions(command: Command): Command {
  return addOptionTable(command, QUANTIZER_TABLE, DEFAULTS);
}

/** The options of the quantizer with the values that the user gave. @param args the command's values */
export function quantizerOptions(args: object): QuantizerOptions & Pick<CandidateOptions, "onNote"> {
  return { ...optionsGiven(QUANTIZER_TABLE, args, DEFAULTS), onNote: printNote };
}
