import { type DivisionFacts, divideData, divisionFacts, divisionOf } from "../../data/division.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import type { Split } from "../../data/split.ts";
import { loadData } from "./load-data.ts";

/** A model file, as far as its records depend on it. */
export interface TrainedFile {
  readonly path: string;
  readonly classes: readonly string[];
  /** The facts of its training, which state the division that it was trained by. */
  readonly facts: unknown;
}

/** Arguments that name the records of a command. */
export interface SharesArguments {
  readonly data: string;
  readonly lead?: string;
  readonly cache?: string;
  /** Seed of the division where the model states none. */
  readonly seed: number;
}

/** Conditioned records in the shares that a model was trained by, and how its facts state them. */
export interface OpenedShares {
  readonly split: Split<ConditionedRecord>;
  readonly facts: DivisionFacts;
}

/**
 * Loads the records that a trained model is compressed, tuned or scored by, and divides them as they were divided for its
 * training. Throws DataError.
 */
export async function openShares(
  { path, classes, facts }: TrainedFile,
  { data: folder, lead, cache, seed }: SharesArguments,
): Promise<OpenedShares> {
  const data = await loadData(folder, { lead, cache, knownTo: { model: path, classes } });
  const division = divisionOf(facts, seed);
  const split = divideData(data, division);
  return { split, facts: divisionFacts(data, division, split) };
}
