import { InvalidArgumentError } from "commander";
import { type ConditionedRecord, DataError } from "../data/record.ts";
import { foldSplit, type Split } from "../data/split.ts";
import { type LoadedData, SPLIT_FRACTIONS, splitData } from "./load-data.ts";

/** One fold of a cross-validation: its records are the test set. */
export interface Fold {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** How a data set is divided into training, validation and test records. */
export interface Division {
  readonly seed: number;
  /** Without one, `splitData` divides. */
  readonly fold?: Fold;
}

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

/** Throws DataError where there are too few records for one of the three. */
export function divideData(data: LoadedData, { seed, fold }: Division): Split<ConditionedRecord> {
  if (!fold) return splitData(data, seed);
  const options = { folds: fold.of, fold: fold.number - 1, validationFraction: VALIDATION_FRACTION, seed };
  const split = foldSplit(data.records, options);
  const empty = Object.entries(split).find(([, records]) => records.length === 0);
  if (!empty) return split;
  throw new DataError(
    `${data.name}: its ${data.records.length} records leave none for the ${empty[0]} share of fold ` +
      `${fold.number}/${fold.of}, expected more records or patients`,
  );
}

/** What a model's facts say of the records that it was made of: equal facts, equal shares. */
export function divisionFacts(data: LoadedData, division: Division, split: Split<ConditionedRecord>): object {
  const { seed, fold } = division;
  const records = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  const how = fold ? { fold: `${fold.number}/${fold.of}`, validation: VALIDATION_FRACTION } : SPLIT_FRACTIONS;
  return { dataset: data.name, split: { seed, ...how, records } };
}
