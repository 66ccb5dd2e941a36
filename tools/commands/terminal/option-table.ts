import { type Command, InvalidArgumentError, Option } from "commander";
import { fieldValue, type OptionRow, type OptionTable, type Takes, withField } from "../../options/option-table.ts";
import { countNumber, realNumber, wholeNumber } from "./arguments.ts";

/** Values as the command line gave them, by the name that commander derives from a flag. */
type Given = object;

/**
 * Adds the rows that have a flag to a command; `--help` shows their defaults. The command's own values stay empty where the
 * user gives none, so that `optionsGiven` fills them from the options that it is handed.
 * @param defaults the options that apply where the user gives none; others, by the name of a recipe, are shown where they differ
 */
export function addOptionTable<T>(
  command: Command,
  table: OptionTable<T>,
  defaults: T,
  others: Readonly<Record<string, T>> = {},
): Command {
  for (const row of table) {
    if (row.flag === undefined) continue;
    command.addOption(optionOf(row, `${row.help}${defaultText(row, defaults, others)}`));
  }
  return command;
}

/** The options with the values that the user gave. */
export function optionsGiven<T>(table: OptionTable<T>, given: Given, options: T): T {
  return table.reduce((changed, row) => {
    const value = givenValue(row, given);
    return value === undefined || row.field === undefined ? changed : withField(changed, row.field, value);
  }, options);
}

function givenValue<T>({ flag, takes, perUnit }: OptionRow<T>, given: Given): unknown {
  if (flag === undefined) return undefined;
  const value = (given as Record<string, unknown>)[new Option(flag).attributeName()];
  // Commander sets the value of a flag "--no-x" to true where the user does not give it.
  if (takes === "off") return value === false ? false : undefined;
  return perUnit !== undefined && typeof value === "number" ? Math.round(perUnit * value) : value;
}

function optionOf<T>({ flag, takes }: OptionRow<T>, help: string): Option {
  const option = new Option(flag as string, help);
  if (takes === "on" || takes === "off" || takes === "text") return option;
  return isChoice(takes) ? option.choices(takes) : option.argParser(parserOf(takes));
}

function isChoice(takes: Takes): takes is readonly string[] {
  return Array.isArray(takes);
}

function parserOf(takes: Exclude<Takes, readonly string[] | "on" | "off" | "text">): (text: string) => unknown {
  if (takes === "count") return countNumber;
  if (takes === "whole") return wholeNumber;
  if (takes === "real") return realNumber;
  return asArgument(takes === "interval" ? parseInterval : takes);
}

/** Makes a parser's errors name the flag: commander does so for errors of its own kind alone. */
export function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof InvalidArgumentError) throw error;
      throw new InvalidArgumentError(`${(error as Error).message}.`);
    }
  };
}

function parseInterval(text: string): readonly [low: number, high: number] {
  const [low, high, ...rest] = text.split(":").map((part) => (part === "" ? Number.NaN : Number(part)));
  if (Number.isFinite(low) && Number.isFinite(high) && rest.length === 0) return [low, high];
  throw new RangeError(`expected two numbers, such as 6:24, found "${text}"`);
}

/** " (default: 0.002; paper: 0.001)", or nothing where a row has no default to show. */
function defaultText<T>(row: OptionRow<T>, defaults: T, others: Readonly<Record<string, T>>): string {
  if (row.takes === "on" || row.takes === "off") return "";
  const own = valueText(row, defaults);
  const named = Object.entries(others)
    .map(([name, options]) => [name, valueText(row, options)] as const)
    .filter(([, text]) => text !== undefined && text !== own)
    .map(([name, text]) => `; ${name}: ${text}`);
  return own === undefined ? "" : ` (default: ${own}${named.join("")})`;
}

function valueText<T>(row: OptionRow<T>, options: T): string | undefined {
  const value = fieldValue(options, row);
  if (value === null || value === undefined) return row.unset;
  if (row.show !== undefined) return row.show(value as never);
  if (row.perUnit !== undefined) return String((value as number) / row.perUnit);
  return Array.isArray(value) ? value.join(":") : String(value);
}
