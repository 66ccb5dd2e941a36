import { type Command, Option } from "commander";
import type { OptionTable } from "../../options/option-table.ts";
import {
  type CompressionMethod,
  type LaqOptions,
  laqMethod,
  menuFrom,
  parseMenu,
  parseMethod,
  SEARCH_KINDS,
} from "../../quantize/compression-method.ts";
import { CRITERIA, type Criterion } from "../../quantize/loss/engine-loss.ts";
import { IMPORTANCE_NAMES } from "../../quantize/search/importance-measures.ts";
import { POLARITIES } from "../../quantize/search/loss-limits.ts";
import { SEARCH_ORDERS } from "../../quantize/search/scan.ts";
import { parseWidth, type Width } from "../../quantize/width.ts";
import { positiveNumber } from "../terminal/arguments.ts";
import { addOptionTable, asArgument, optionsGiven } from "../terminal/option-table.ts";

/** Arguments that choose a method; a search takes the rows of its table besides. */
export interface SearchArguments {
  readonly method: string;
  readonly criterion: Criterion;
  readonly floor?: Width;
}

const menuText = (menu: readonly Width[]) => menu.join(",");

const LAQ_TABLE: OptionTable<LaqOptions> = [
  {
    field: "search",
    flag: "--search <name>",
    takes: SEARCH_KINDS,
    help: "of laq: scan as in the paper, or balance by loss a byte",
  },
  {
    field: "menu",
    flag: "--menu <widths>",
    takes: parseMenu,
    show: menuText,
    help: "of laq: widths to choose from",
  },
  {
    flag: "--floor <width>",
    takes: parseWidth,
    help: "of laq: the narrowest width of the menu that is used",
  },
  {
    field: "divergenceBudget",
    flag: "--divergence-budget <nats>",
    takes: positiveNumber,
    help: "of laq by kl: how far the whole may stray from the float model",
  },
  {
    field: "margin",
    flag: "--margin <n>",
    takes: "real",
    help: "of laq by kl: standard errors added to a measured mean",
  },
  {
    field: "screeningCrops",
    flag: "--screening-crops <n>",
    takes: "count",
    help: "of a balance: crops that steps are compared on; a step taken is measured on all",
  },
  {
    field: "polarity",
    flag: "--polarity <name>",
    takes: POLARITIES,
    help: "of a scan: as eq. 3 has it, or important layers kept better",
  },
  { field: "order", flag: "--order <name>", takes: SEARCH_ORDERS, help: "of a scan" },
  {
    field: "importance",
    flag: "--importance <name>",
    takes: IMPORTANCE_NAMES,
    help: "of layers in a scan; weighted is eq. 2",
  },
  {
    field: "importanceWeights.alpha",
    flag: "--alpha <share>",
    takes: "real",
    help: "of the density in eq. 2",
  },
  {
    field: "importanceWeights.beta",
    flag: "--beta <share>",
    takes: "real",
    help: "of the deviation in eq. 2",
  },
  {
    field: "gamma",
    flag: "--gamma <share>",
    takes: positiveNumber,
    help: "of a scan by errors: the paper's T_margin",
  },
  {
    field: "squeezeRounds",
    flag: "--squeeze-rounds <n>",
    takes: "whole",
    help: "of a scan: more passes for narrower widths",
  },
  {
    field: "maxEvaluations",
    flag: "--max-evaluations <n>",
    takes: "count",
    help: "of laq: stop there with the best so far",
  },
  {
    field: "maxSeconds",
    flag: "--max-seconds <s>",
    takes: positiveNumber,
    help: "of laq: stop there with the best so far",
  },
];

/** Adds the options of a method and of its search to a command. */
export function addSearchOptions(command: Command): Command {
  const criterion = new Option("--criterion <name>", "of laq: kl to the float model, or the paper's errors");
  command
    .option("--method <method>", "fixed:B with B in 1..8 or ternary, laq, or trained: as finetune left it", "laq")
    .addOption(criterion.choices(CRITERIA).default("kl"));
  return addOptionTable<LaqOptions>(command, LAQ_TABLE, laqMethod("kl"), { errors: laqMethod("errors") });
}

/** The method that the user chose. Throws RangeError on a floor that leaves no width. */
export function methodOf(args: SearchArguments): CompressionMethod {
  const method = parseMethod(args.method, args.criterion);
  if (method.kind !== "laq") return method;
  const chosen = optionsGiven<LaqOptions>(LAQ_TABLE, args, method);
  const menu = args.floor === undefined ? chosen.menu : menuFrom(chosen.menu, args.floor);
  return { ...method, ...chosen, menu };
}

/** Reads a menu of widths as commander's arguments are read. */
export const menuOf = asArgument(parseMenu);
