import { InvalidArgumentError } from "commander";
import { z } from "zod";
import type { ConditionedRecord } from "../../data/record.ts";
import { foldSplit, type Split, type Splittable, splitDataset } from "../../data/split.ts";
import { DataError } from "../../files/data-error.ts";
import type { LoadedData } from "./load-data.ts";

/** One fold of a cross-validation: its records are the test set. */
export interface Fold {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** How a data set is divided into training, validation and test records. */
export interface Division {
  readonly seed: number;
  /** Without one, a tenth each is for validation and test. */
  readonly fold?: Fold;
}

/** The division that training, selection and reporting share: the test tenth is looked at once, to report. */
const SPLIT_FRACTIONS = { train: 0.8, validation: 0.1, test: 0.1 } as const;

/** Of a fold's training records, for all that is chosen. */
const VALIDATION_FRACTION = 0.1;

/** Reads "2/5" from the command line. */
export function parseFold(text: string): Fold {
  const [number, of] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (!(number >= 1 && of >= 2 && number <= of)) {
    throw new InvalidArgumentError(`expected a fold of several, such as 2/5, found "${text}".`);
  }
  return { number, of };
}

/**
 * Train, validation and test, by patient where known, stratified; the same for the same division.
 * Throws DataError where there are too few records for one of them.
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
 * The division that a model was trained by, as its facts tell it: another would put records that it learned from among
 * those it is chosen or scored by. Where they tell none, one without folds by the seed given.
 */
export function divisionOf(facts: unknown, seed: number): Division {
  const { data } = SplitFacts.safeParse(facts);
  if (!data) return { seed };
  const { split } = data;
  if (split.fold === undefined) return { seed: split.seed };
  try {
    return { seed: split.seed, fold: parseFold(split.fold) };
  } catch (error) {
    throw new DataError(`the model's facts, split.fold: ${(error as Error).message}`);
  }
}

interface DivisionFacts {
  readonly dataset: string;
  readonly split: object;
}

/** What a model's facts say of the records that it was made of: equal facts, equal shares. */
export function divisionFacts(data: LoadedData, division: Division, split: Split<ConditionedRecord>): DivisionFacts {
  const { seed, fold } = division;
  const records = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  const how = fold ? { fold: `${fold.number}/${fold.of}`, validation: VALIDATION_FRACTION } : SPLIT_FRACTIONS;
  return { dataset: data.name, split: { seed, ...how, records } };
}
