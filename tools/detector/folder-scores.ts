import {
  type BeatStatistics,
  beatStatistics,
  positivePredictivityOf,
  sensitivityOf,
} from "../evaluate/beats/beat-statistics.ts";
import {
  type BeatRecord,
  type BeatScore,
  EC57,
  gapsBetween,
  rulesFor,
  SHORT_RECORDS,
  scoreBeats,
  scoreOutsideShutdowns,
} from "../evaluate/beats/ec57.ts";
import { noiseLevelDb, noisyStretches } from "../evaluate/beats/noise-stress.ts";
import { SeededRandom } from "../random/random.ts";

/** The window of the CPSC 2019 challenge. */
const NARROW_WINDOW_MS = 75;
const SEED = 1;

/** The group that a record is scored in. */
type Group = "scored" | "paced" | "excluded";

/** A record's row: its score without the single delays. */
interface RecordRow {
  readonly record: string;
  readonly lead: string;
  readonly group: Group;
  readonly matched: number;
  readonly missed: number;
  readonly extra: number;
  readonly sensitivity: number | null;
  readonly positivePredictivity: number | null;
  readonly badSignalSeconds: number;
}

/** The score of the noisy and of the clean stretches at one level of noise. */
interface NoiseRow {
  readonly levelDb: number;
  readonly noisy: BeatStatistics;
  readonly clean: BeatStatistics;
}

/** The scores of a folder of annotated records. */
export interface FolderScores {
  readonly data: string;
  readonly rules: string;
  readonly records: readonly RecordRow[];
  readonly scored: BeatStatistics;
  /** Score of the same records without the stretches whose signal the engine calls bad. */
  readonly outsideBadSignal: BeatStatistics;
  /** Score of the same records in a window of 75 ms; short records only. */
  readonly within75Ms?: BeatStatistics;
  readonly paced?: BeatStatistics;
  readonly excluded?: BeatStatistics;
  /** Records of the noise stress test by their level, highest first. */
  readonly noise: readonly NoiseRow[];
  /** Records without reference beats. */
  readonly skipped: readonly string[];
}

/** A record in which beats were detected. */
export interface Detected {
  readonly beats: BeatRecord;
  readonly lead: string;
  readonly group: Group;
}

/** Scores the records of a folder by groups; `skipped` names the records that are not scored. */
export function summariseFolder(folder: string, all: readonly Detected[], skipped: readonly string[]): FolderScores {
  const rules = rulesFor(all.map(({ beats }) => beats));
  const isShort = rules === SHORT_RECORDS;
  const of = (group: Group) => all.filter((detected) => detected.group === group).map(({ beats }) => beats);
  const statistics = (records: readonly BeatRecord[], score: (record: BeatRecord) => BeatScore) =>
    beatStatistics(records.map(score), new SeededRandom(SEED));
  const gross = (group: Group) => statistics(of(group), (record) => scoreBeats(record, rules));
  return {
    data: folder,
    rules: isShort
      ? "window 150 ms, first and last 0.5 s not counted"
      : "EC57: window 150 ms, first 5 min of records over 10 min and flutter not counted",
    records: all.map(({ beats, lead, group }) => rowOf(scoreBeats(beats, rules), lead, group)),
    scored: gross("scored"),
    outsideBadSignal: statistics(of("scored"), (record) => scoreOutsideShutdowns(record, rules)),
    ...(isShort && {
      within75Ms: statistics(of("scored"), (record) => scoreBeats(record, { ...rules, windowMs: NARROW_WINDOW_MS })),
    }),
    ...(of("paced").length > 0 && { paced: gross("paced") }),
    ...(of("excluded").length > 0 && { excluded: gross("excluded") }),
    noise: noiseRows(all.map(({ beats }) => beats)),
    skipped,
  };
}

function rowOf(score: BeatScore, lead: string, group: Group): RecordRow {
  const { name, matched, missed, extra, shutdownSeconds } = score;
  return {
    record: name,
    lead,
    group,
    matched,
    missed,
    extra,
    sensitivity: sensitivityOf(score),
    positivePredictivity: positivePredictivityOf(score),
    badSignalSeconds: shutdownSeconds,
  };
}

function noiseRows(records: readonly BeatRecord[]): NoiseRow[] {
  const levels = new Set(records.map(({ name }) => noiseLevelDb(name)).filter((level) => level !== undefined));
  return [...levels]
    .sort((a, b) => b - a)
    .map((levelDb) => {
      const those = records.filter(({ name }) => noiseLevelDb(name) === levelDb);
      const noise = ({ samples, sampleRateHz }: BeatRecord) => noisyStretches(samples, sampleRateHz);
      const score = (only: (record: BeatRecord) => ReturnType<typeof noise>) =>
        beatStatistics(
          those.map((record) => scoreBeats(record, EC57, only(record))),
          new SeededRandom(SEED),
        );
      return { levelDb, noisy: score(noise), clean: score((record) => gapsBetween(noise(record), record.samples)) };
    });
}
