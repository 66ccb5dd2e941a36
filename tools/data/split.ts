import { SeededRandom } from "../random/random.ts";

export interface Splittable {
  readonly name: string;
  readonly label: string;
  readonly patient?: string;
}

export interface SplitFractions {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export interface SplitOptions {
  /** The shares of the records; they add up to 1. */
  readonly fractions: SplitFractions;
  readonly seed: number;
}

export interface Split<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
}

/**
 * Divides records into three sets, stratified by label, with all records of a patient in one set. Equal seeds give
 * equal sets whatever the records' order is. A record without a patient is a patient of its own.
 *
 * @throws RangeError unless the fractions are 0 or more and add up to 1
 */
export function splitDataset<T extends Splittable>(records: readonly T[], options: SplitOptions): Split<T> {
  const { train, validation, test } = options.fractions;
  const sum = train + validation + test;
  if (!(Math.min(train, validation, test) >= 0 && Math.abs(sum - 1) < 1e-9)) {
    throw new RangeError(`fractions are ${train}, ${validation}, ${test}, expected three that add up to 1`);
  }
  const parts = divide(records, [train, validation, test], options.seed);
  return { train: parts[0], validation: parts[1], test: parts[2] };
}

/**
 * Makes k divisions into training and test records, each record in one test set; stratified, grouped and seeded as
 * `splitDataset`.
 *
 * @throws RangeError unless k is an integer of at least 2
 */
export function kFold<T extends Splittable>(
  records: readonly T[],
  k: number,
  seed: number,
): { train: T[]; test: T[] }[] {
  if (!Number.isInteger(k) || k < 2) throw new RangeError(`k is ${k}, expected an integer of at least 2`);
  const folds = divide(records, new Array<number>(k).fill(1 / k), seed);
  return folds.map((test) => ({
    train: folds
      .filter((fold) => fold !== test)
      .flat()
      .sort(byName),
    test,
  }));
}

export interface FoldOptions {
  /** Number of folds, 2 or more. */
  readonly folds: number;
  /** Index of the fold that is the test set, from 0. */
  readonly fold: number;
  /** Share of the fold's training part that is set aside to choose by, 0 or more and below 1. */
  readonly validationFraction: number;
  readonly seed: number;
}

/**
 * Makes one fold of a cross-validation. The validation set is a part of the fold's own training part, so that no choice
 * depends on the fold's test records. Stratified, grouped and seeded as `splitDataset`: the test sets of all folds with
 * one seed divide the records.
 *
 * @throws RangeError for a value out of its range
 */
export function foldSplit<T extends Splittable>(records: readonly T[], options: FoldOptions): Split<T> {
  const { folds, fold, validationFraction, seed } = options;
  if (!(validationFraction >= 0 && validationFraction < 1))
    throw new RangeError(`validationFraction is ${validationFraction}, expected 0 or more and below 1`);
  if (!Number.isInteger(fold) || fold < 0 || fold >= folds)
    throw new RangeError(`fold is ${fold}, expected an integer of 0 to ${folds - 1}`);
  const { train: rest, test } = kFold(records, folds, seed)[fold];
  const [train, validation] = divide(rest, [1 - validationFraction, validationFraction], seed);
  return { train, validation, test };
}

/**
 * Divides records patient by patient, in random order but those with the most records first. Each patient goes to the
 * part that lacks most of their labels. Where a patient has one record, every part has its share of every label to
 * within one record.
 */
function divide<T extends Splittable>(records: readonly T[], fractions: readonly number[], seed: number): T[][] {
  const lacking = fractions.map((fraction) => labelShares(records, fraction));
  const parts = fractions.map(() => [] as T[]);
  const patients = new SeededRandom(seed).shuffle(groupByPatient(records)).sort((a, b) => b.length - a.length);
  for (const patient of patients) {
    const need = lacking.map((lack) => patient.reduce((sum, { label }) => sum + (lack.get(label) ?? 0), 0));
    const part = need.indexOf(Math.max(...need));
    parts[part].push(...patient);
    for (const { label } of patient) lacking[part].set(label, (lacking[part].get(label) ?? 0) - 1);
  }
  return parts.map((part) => part.sort(byName));
}

/** Counts the records of each label that a part should have. */
function labelShares(records: readonly Splittable[], fraction: number): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { label } of records) shares.set(label, (shares.get(label) ?? 0) + fraction);
  return shares;
}

function groupByPatient<T extends Splittable>(records: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const record of [...records].sort(byName)) {
    const key = record.patient === undefined ? `record ${record.name}` : `patient ${record.patient}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return [...groups.values()];
}

function byName(a: Splittable, b: Splittable): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
