import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { type Fold, readFold } from "../../data/division.ts";

/** Reads a whole number from the command line. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value))
    throw new InvalidArgumentError(`expected a whole number, found "${text}".`);
  return value;
}

/** Reads whole numbers separated by commas. */
export function wholeNumbers(text: string): number[] {
  return text.split(",").map(wholeNumber);
}

export function countNumber(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError(`expected a whole number of 1 or more, found "${text}".`);
  return value;
}

export function realNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number, found "${text}".`);
  return value;
}

export function positiveNumber(text: string): number {
  const value = realNumber(text);
  if (value <= 0) throw new InvalidArgumentError(`expected a number above 0, found "${text}".`);
  return value;
}

/** Reads a fold such as "2/5" from the command line. */
export function parseFold(text: string): Fold {
  try {
    return readFold(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** The folder where conditioned records are kept between runs. */
export const DEFAULT_CACHE_FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "qhubert");

/** Options of every command that reads records. */
export const LEAD_OPTION = new Option(
  "--lead <name|index>",
  "lead of records with several (default: II, else the first)",
);
export const CACHE_OPTION = new Option("--cache <folder>", "where conditioned records are kept");
