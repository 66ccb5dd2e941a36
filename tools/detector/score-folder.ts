import { FrontEnd } from "qhubert-engine";
import { type AnnotatedRecord, listAnnotated } from "../data/beat-list.ts";
import { pickLead } from "../data/pick-lead.ts";
import { DataError } from "../files/data-error.ts";
import { detectLead } from "./detect-lead.ts";
import { type Detected, type FolderScores, summariseFolder } from "./folder-scores.ts";

interface FolderOptions {
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
  return summariseFolder(folder, withBeats, [...others, ...silent]);
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
