import { z } from "zod";
import { DataError } from "../files/data-error.ts";
import { foldSplit, type Split, type Splittable, splitDataset } from "./split.ts";

/** One fold of a cross-validation: its records are the test set. */
export interface Fold {
  /** The fold's number, from 1. */
  readonly number: number;
  readonly of: number;
}

/** A rule that divides a data set into training, validation and test records. */
export interface Division {
  readonly seed: number;
  /** The fold that is tested; without it, validation and test get a tenth of the records each. */
  readonly fold?: Fold;
}

/** The division that training, selection and reporting share: the test tenth is looked at once, to report. */
const SPLIT_FRACTIONS = { train: 0.8, validation: 0.1, test: 0.1 } as const;

/** The share of a fold's training records by which all choices are made. */
const VALIDATION_FRACTION = 0.1;

/** Reads a fold such as "2/5". Throws RangeError for any other text. */
export function readFold(text: string): Fold {
  const [number, of] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (!(number >= 1 && of >= 2 && number <= of)) {
    throw new RangeError(`expected a fold of several, such as 2/5, found "${text}".`);
  }
  return { number, of };
}

/**
 * Divides records into train, validation and test, stratified by label, and by patient where patients are known. Equal
 * divisions give equal shares. Throws DataError where there are too few records for one of them.
 */
export function divideData<T extends Splittable>(
  data: { readonly name: string; readonly records: readonly T[] },
  { seed, fold }: Division,
): Split<T> {
  const { name, records } = data;
  const split = fold
    ? foldSplit(records, { folds: fold.of, fold: fold.number - 1, validationFraction: VALIDATION_FRACTION, seed })
    : splitDataset(records, { fractions: SPLIT_FRACTIONS, seed });
  const empty = Object.entries(split).find(([, share]) => share.length === 0);
  if (!empty) return split;
  throw new DataError(
    `${name}: its ${records.length} records leave none for the ${empty[0]} share` +
      `${fold ? ` of fold ${fold.number}/${fold.of}` : ""}, expected more records or patients`,
  );
}

const SplitFacts = z.object({ split: z.object({ seed: z.int(), fold: z.string().optional() }) });

/**
 * Returns the division that a model was trained by, as the model's facts state it. By any other division the model
 * would be chosen or scored on records that it learned from. Facts without a division give one without folds, by
 * `seed`.
 */
export function divisionOf(facts: unknown, seed: number): Division {
  const { data } = SplitFacts.safeParse(facts);
  if (!data) return { seed };
  const { split } = data;
  if (split.fold === undefined) return { seed: split.seed };
  try {
    return { seed: split.seed, fold: readFold(split.fold) };
  } catch (error) {
    throw new DataError(`the model's facts, split.fold: ${(error as Error).message}`);
  }
}

/** A model's facts about the records that it was trained and chosen on. */
export interface DivisionFacts {
  readonly dataset: string;
  readonly split: object;
}

/** States a division in a model's facts: equal facts mean equal shares. */
export function divisionFacts(
  data: { readonly name: string },
  division: Division,
  split: Split<unknown>,
): DivisionFacts {
  const { seed, fold } = division;
  const records = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  const how = fold ? { fold: `${fold.number}/${fold.of}`, validation: VALIDATION_FRACTION } : SPLIT_FRACTIONS;
  return { dataset: data.name, split: { seed, ...how, records } };
}
