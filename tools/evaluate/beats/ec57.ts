import { matchBeats } from "./match-beats.ts";

/** The samples `from` (inclusive) to `to` (exclusive). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A beat that a detector reported, at the rate of the reference. */
export interface FoundBeat {
  readonly sample: number;
  /** Time from the R peak to its report. */
  readonly delayMs: number;
}

/** A record with reference beats and found ones; all times are samples at the reference's rate, rising. */
export interface BeatRecord {
  readonly name: string;
  readonly sampleRateHz: number;
  /** Length of the record. */
  readonly samples: number;
  readonly reference: readonly number[];
  readonly found: readonly FoundBeat[];
  /** Stretches of ventricular flutter or fibrillation, which have no beats to find. */
  readonly flutter: readonly Stretch[];
  /** Stretches in which the detector reports that it is blind. */
  readonly shutdowns: readonly Stretch[];
}

export interface ScoringRules {
  readonly windowMs: number;
  /** Time at the start that is not counted, in records more than twice as long. */
  readonly learningSeconds: number;
  /** Time at the end that is not counted. */
  readonly endSeconds: number;
}

/** The rules of ANSI/AAMI EC57:2012. */
export const EC57: ScoringRules = { windowMs: 150, learningSeconds: 300, endSeconds: 0 };
/**
 * The rules for records of 10 s: the stretch that CPSC 2019 counts, in EC57's window (the challenge's own is 75 ms).
 */
export const SHORT_RECORDS: ScoringRules = { windowMs: 150, learningSeconds: 0.5, endSeconds: 0.5 };

/** The length below which records are short. */
const SHORT_SECONDS = 60;

/** Chooses the rules of a set: SHORT_RECORDS if all its records are short, else EC57. */
export function rulesFor(records: readonly Pick<BeatRecord, "samples" | "sampleRateHz">[]): ScoringRules {
  return records.every(({ samples, sampleRateHz }) => samples < SHORT_SECONDS * sampleRateHz) ? SHORT_RECORDS : EC57;
}

export interface BeatScore {
  readonly name: string;
  readonly matched: number;
  readonly missed: number;
  readonly extra: number;
  /** The missed beats that lie in a shutdown. */
  readonly missedInShutdown: number;
  readonly shutdownSeconds: number;
  readonly countedSeconds: number;
  /** The delays of the matched beats. */
  readonly delaysMs: readonly number[];
}

/**
 * Scores one record beat by beat. A pair counts at its reference beat. Found beats without a partner do not count in
 * flutter.
 *
 * @param only the stretches that count, or undefined for the whole record
 */
export function scoreBeats(record: BeatRecord, rules: ScoringRules, only?: readonly Stretch[]): BeatScore {
  const { sampleRateHz, flutter, found, shutdowns } = record;
  const counted = cut(countedStretch(record, rules), only);
  const counts = (sample: number) => isWithin(sample, counted);
  const reference = record.reference.filter((sample) => !isWithin(sample, flutter));
  const test = found.map(({ sample }) => sample);
  const { pairs, missed, extra } = matchBeats(reference, test, (rules.windowMs * sampleRateHz) / 1000);
  const missedAt = missed.map((i) => reference[i]).filter(counts);
  const shut = counted.flatMap((stretch) => cut(stretch, shutdowns));
  const countedPairs = pairs.filter(([r]) => counts(reference[r]));
  return {
    name: record.name,
    matched: countedPairs.length,
    missed: missedAt.length,
    extra: extra.filter((t) => counts(test[t]) && !isWithin(test[t], flutter)).length,
    missedInShutdown: missedAt.filter((sample) => isWithin(sample, shutdowns)).length,
    shutdownSeconds: length(shut) / sampleRateHz,
    countedSeconds: length(counted) / sampleRateHz,
    delaysMs: countedPairs.map(([, t]) => found[t].delayMs),
  };
}

/** Scores a record without its shutdowns. */
export function scoreOutsideShutdowns(record: BeatRecord, rules: ScoringRules): BeatScore {
  return scoreBeats(record, rules, gapsBetween(record.shutdowns, record.samples));
}

function countedStretch({ samples, sampleRateHz }: BeatRecord, rules: ScoringRules): Stretch {
  const learning = rules.learningSeconds * sampleRateHz;
  return { from: samples > 2 * learning ? learning : 0, to: samples - rules.endSeconds * sampleRateHz };
}

/** Cuts a stretch into its parts that lie in others. */
function cut({ from, to }: Stretch, others: readonly Stretch[] = [{ from, to }]): Stretch[] {
  return others
    .map((other) => ({ from: Math.max(from, other.from), to: Math.min(to, other.to) }))
    .filter((part) => part.to > part.from);
}

/** Returns the part of 0..samples that lies in none of the stretches, which are in rising order. */
export function gapsBetween(stretches: readonly Stretch[], samples: number): Stretch[] {
  const bounds = [0, ...stretches.flatMap(({ from, to }) => [from, to]), samples];
  return Array.from({ length: bounds.length / 2 }, (_, i) => ({ from: bounds[2 * i], to: bounds[2 * i + 1] })).filter(
    ({ from, to }) => to > from,
  );
}

function isWithin(sample: number, stretches: readonly Stretch[]): boolean {
  return stretches.some(({ from, to }) => sample >= from && sample < to);
}

function length(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}
