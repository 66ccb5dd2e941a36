import { labelByConsensus } from "./consensus.ts";
import { observeCandidates } from "./labelled-signal.ts";
import { fitLogistic, type Observation } from "./logistic-regression.ts";
import { labelByReference, type ReferenceRecord, scoreWeights } from "./reference-record.ts";
import { engineWeights, OFFSET, TERMS } from "./terms.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** The records that weights are fitted to. */
export interface FitData {
  readonly references: readonly ReferenceRecord[];
  /** Conditioned leads of records without reference beats: each record's leads label one another. */
  readonly unlabelled: readonly (readonly Int16Array[])[];
}

/**
 * The first weights: two units of log odds for each bit above or below the threshold, and nothing for all other terms.
 */
const FIRST_WEIGHTS: readonly number[] = TERMS.map(({ name }) => (/^(ABOVE|BELOW)_THRESHOLD$/.test(name) ? 2 : 0));
/** Rounds of the closed loop. Accepted beats change the levels, and so the terms of later candidates. */
export const ROUNDS = 3;
const PENALTY = 1;
/** Shifts that are tried on the offset, in log odds. */
const SHIFTS = Array.from({ length: 31 }, (_, i) => (i - 20) / 10);

/**
 * Fits the engine's weights in closed loop. Each round collects the candidates that a detector with the last round's
 * weights judges, and fits the weights to all candidates so far. The same detector labels the records without
 * references anew. The candidates of the first round are used in that round alone. In the end the offset is shifted to
 * where the records with references have as many missed as false beats.
 *
 * @returns integers in the order of TERMS
 */
export function fitWeights(
  detector: WeighingDetector,
  { references, unlabelled }: FitData,
  onRound = () => {},
): number[] {
  const labelled = references.map(labelByReference);
  let weights = FIRST_WEIGHTS;
  let observations: Observation[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const integers = engineWeights(weights);
    const agreed = unlabelled.flatMap((leads) => labelByConsensus(detector, leads, integers));
    const fresh = [...labelled, ...agreed].flatMap((signal) => observeCandidates(detector, signal, integers));
    weights = fitLogistic(observations.concat(fresh), PENALTY);
    if (round > 0) observations = observations.concat(fresh);
    onRound();
  }
  return balance(detector, references, weights);
}

/** Applies the smallest shift of the offset at which missed and false beats are nearest to equal in number. */
function balance(
  detector: WeighingDetector,
  references: readonly ReferenceRecord[],
  weights: readonly number[],
): number[] {
  const tried = SHIFTS.map((shift) => {
    const shifted = engineWeights(weights.map((weight, term) => (term === OFFSET ? weight + shift : weight)));
    const excess = references.reduce((sum, record) => {
      const { missed, extra } = scoreWeights(detector, record, shifted);
      return sum + record.times * (missed - extra);
    }, 0);
    return { shifted, shift: Math.abs(shift), excess: Math.abs(excess) };
  });
  return tried.sort((a, b) => a.excess - b.excess || a.shift - b.shift)[0].shifted;
}
