import type { Command } from "commander";
import type { OptionTable } from "../../options/option-table.ts";
import { laqMethod, parseMenu } from "../../quantize/compression-method.ts";
import { SEARCH_ORDERS, type SearchOrder } from "../../quantize/search/scan.ts";
import type { StudyOptions, StudySize } from "../../quantize/study/run-study.ts";
import { parseWidth } from "../../quantize/width.ts";
import { positiveNumber } from "../terminal/arguments.ts";
import { addOptionTable, optionsGiven } from "../terminal/option-table.ts";

/** Options of a study of methods. */
export interface StudyChoices extends Pick<StudyOptions, "menu" | "budgets" | "sizes" | "orders" | "gamma"> {
  /** Random mixes at each size. */
  readonly mixes: number;
}

const listText = (values: readonly unknown[]) => (values.length === 0 ? "none" : values.join(","));

const STUDY_TABLE: OptionTable<StudyChoices> = [
  {
    field: "budgets",
    flag: "--budgets <nats>",
    takes: parseBudgets,
    show: listText,
    help: "divergence budgets of the robust search, or none",
  },
  {
    field: "sizes",
    flag: "--sizes <sizes>",
    takes: parseSizes,
    show: listText,
    help: "also compare at the bytes of these: uniform widths, literal, or none",
  },
  {
    field: "orders",
    flag: "--orders <names>",
    takes: parseOrders,
    show: listText,
    help: "of the literal search",
  },
  {
    field: "mixes",
    flag: "--seeds <n>",
    takes: "whole",
    help: "random mixes at each size; every fold draws its own",
  },
  {
    field: "menu",
    flag: "--menu <widths>",
    takes: parseMenu,
    show: listText,
    help: "of all but the literal search",
  },
  { flag: "--floor <width>", takes: parseWidth, help: "the narrowest width of the menu that is used" },
  {
    field: "gamma",
    flag: "--gamma <share>",
    takes: positiveNumber,
    help: "of the literal search: the paper's T_margin",
  },
];

const { menu, gamma } = laqMethod("kl");
const DEFAULTS: StudyChoices = {
  budgets: [0.005, 0.01, 0.02],
  sizes: [],
  orders: SEARCH_ORDERS,
  mixes: 20,
  menu,
  gamma,
};

/** Adds the options of a study to a command. */
export function addStudyOptions(command: Command): Command {
  return addOptionTable(command, STUDY_TABLE, DEFAULTS);
}

/** The options of a study with the values that the user gave. @param args the command's values */
export function studyChoices(args: object): StudyChoices {
  return optionsGiven(STUDY_TABLE, args, DEFAULTS);
}

function parseBudgets(text: string): readonly number[] {
  return text === "none" ? [] : distinct(text, text.split(",").map(positiveNumber), "a budget");
}

function parseSizes(text: string): readonly StudySize[] {
  if (text === "none") return [];
  const sizes = text.split(",").map((name) => (name === "literal" ? name : parseWidth(name)));
  return distinct(text, sizes, "a size");
}

function parseOrders(text: string): readonly SearchOrder[] {
  const orders = text.split(",").map((name) => {
    const order = SEARCH_ORDERS.find((known) => known === name);
    if (order) return order;
    throw new RangeError(`expected orders of ${SEARCH_ORDERS.join(", ")}, found "${name}"`);
  });
  return distinct(text, orders, "an order");
}

function distinct<T>(text: string, values: readonly T[], what: string): readonly T[] {
  if (new Set(values).size < values.length) throw new RangeError(`"${text}" names ${what} twice`);
  return values;
}
