import { FrontEnd } from "qhubert-engine";
import { type AnnotatedRecord, listAnnotated } from "../data/beat-list.ts";
import { pickLead } from "../data/pick-lead.ts";
import {
  type BeatStatistics,
  beatStatistics,
  positivePredictivityOf,
  sensitivityOf,
} from "../evaluate/beat-statistics.ts";
import {
  type BeatRecord,
  type BeatScore,
  EC57,
  gapsBetween,
  rulesFor,
  SHORT_RECORDS,
  scoreBeats,
  scoreOutsideShutdowns,
} from "../evaluate/ec57.ts";
import { noiseLevelDb, noisyStretches } from "../evaluate/noise-stress.ts";
import { DataError } from "../files/data-error.ts";
import { SeededRandom } from "../random/random.ts";
import { detectLead } from "./detect-lead.ts";

/** The window of the CPSC 2019 challenge. */
const NARROW_WINDOW_MS = 75;
const SEED = 1;

type Group = "scored" | "paced" | "excluded";

/** A record's row: its score without the single delays. */
export interface RecordRow {
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

export interface NoiseRow {
  readonly levelDb: number;
  readonly noisy: BeatStatistics;
  readonly clean: BeatStatistics;
}

export interface FolderScores {
  readonly data: string;
  readonly rules: string;
  readonly records: readonly RecordRow[];
  readonly scored: BeatStatistics;
  /** The same without the stretches whose signal the engine calls bad. */
  readonly outsideBadSignal: BeatStatistics;
  /** Short records only: the same in a window of 75 ms. */
  readonly within75Ms?: BeatStatistics;
  readonly paced?: BeatStatistics;
  readonly excluded?: BeatStatistics;
  /** Records of the noise stress test by their level, highest first. */
  readonly noise: readonly NoiseRow[];
  /** Records without reference beats. */
  readonly skipped: readonly string[];
}

interface Detected {
  readonly beats: BeatRecord;
  readonly lead: string;
  readonly group: Group;
}

export interface FolderOptions {
  /** Names of records that are scored apart. */
  readonly exclude: readonly string[];
  readonly lead?: string;
  readonly onProgress?: (done: number, total: number, record: string) => void;
}

/** Runs the detector over a folder of annotated records and scores it. Throws DataError. */
export async function scoreFolder(folder: string, options: FolderOptions): Promise<FolderScores> {
  const { records, others } = listAnnotated(folder);
  const unknown = options.exclude.find((name) => !records.some((record) => record.name === name));
  if (unknown !== undefined) {
    throw new DataError(
      `${folder}: record "${unknown}" of --exclude is not among its ${records.length} annotated records`,
    );
  }
  const frontEnd = await FrontEnd.create();
  const all = records.map((annotated, i) => {
    const detected = detectRecord(frontEnd, annotated, options);
    options.onProgress?.(i + 1, records.length, annotated.name);
    return detected;
  });
  const withBeats = all.filter(({ beats }) => beats.reference.length > 0);
  if (withBeats.length === 0) throw new DataError(`${folder}: annotations hold no beats, expected at least one`);
  const silent = all.filter((detected) => !withBeats.includes(detected)).map(({ beats }) => beats.name);
  return summarise(folder, withBeats, [...others, ...silent]);
}

function detectRecord(
  frontEnd: FrontEnd,
  { name, load }: AnnotatedRecord,
  { exclude, lead: wanted }: FolderOptions,
): Detected {
  const { record, reference } = load();
  const lead = pickLead(record, wanted);
  const { beats, quality } = detectLead(frontEnd, record, lead, name);
  const toSample = (ms: number) => (ms * record.sampleRateHz) / 1000;
  const bad = quality.filter((stretch) => stretch.quality !== "ok");
  return {
    beats: {
      name,
      sampleRateHz: record.sampleRateHz,
      samples: lead.samples.length,
      reference: reference.beats,
      found: beats,
      flutter: reference.flutter,
      shutdowns: bad.map(({ fromMs, toMs }) => ({ from: toSample(fromMs), to: toSample(toMs) })),
    },
    lead: lead.name,
    group: exclude.includes(name) ? "excluded" : reference.isPaced ? "paced" : "scored",
  };
}

function summarise(folder: string, all: readonly Detected[], skipped: readonly string[]): FolderScores {
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
