import type { FrontEnd } from "qhubert-engine";
import { listAnnotated } from "../data/beat-list.ts";
import { leadInput } from "../data/lead-input.ts";
import { findRecords } from "../data/listing.ts";
import { openRecord } from "../data/open-record.ts";
import { pickLead } from "../data/pick-lead.ts";
import type { EcgRecord, Lead } from "../data/record.ts";
import { type BeatScore, rulesFor, scoreBeats } from "../evaluate/beats/ec57.ts";
import { DataError } from "../files/data-error.ts";
import { detectLead } from "./detect-lead.ts";
import type { FitData } from "./fit-weights.ts";
import type { ReferenceRecord } from "./reference-record.ts";

/** A folder of annotated records, and how often each of them counts. */
export interface AnnotatedFolder {
  readonly path: string;
  readonly times: number;
}

/** The records of a folder that the weights are fitted to. */
export interface LoadedFolder extends AnnotatedFolder {
  readonly records: readonly ReferenceRecord[];
  /** Scores of the engine with the weights that it has, one a record. */
  readonly engine: readonly BeatScore[];
  /** Names of records that are left out: they are paced, or without beats. */
  readonly skipped: readonly string[];
}

/** Called with the count and the name of every record that is done. */
type OnRecord = (done: number, total: number, name: string) => void;

/** The number of leads that can outvote one that errs. */
const MIN_LEADS = 8;
const LEAD_SECONDS = 20;
/** Chapman's rate, for tables that do not state theirs. */
const TABLE_RATE_HZ = 500;

/** Conditions the annotated records of a folder and leaves paced records out. Throws DataError. */
export function loadFolder(frontEnd: FrontEnd, { path, times }: AnnotatedFolder, onProgress?: OnRecord): LoadedFolder {
  const listed = listAnnotated(path).records;
  const loaded = listed.map(({ name, load }, i) => {
    const { record, reference } = load();
    const lead = pickLead(record);
    const samples = condition(frontEnd, record, lead);
    const { beats: found } = detectLead(frontEnd, record, lead, name);
    onProgress?.(i + 1, listed.length, name);
    const { beats, flutter, isPaced } = reference;
    const { sampleRateHz } = record;
    return {
      isPaced,
      samples,
      found,
      reference: { name, sampleRateHz, samples: lead.samples.length, reference: beats, flutter },
    };
  });
  const used = loaded.filter(({ isPaced, reference }) => !isPaced && reference.reference.length > 0);
  const rules = rulesFor(used.map(({ reference }) => reference));
  return {
    path,
    times,
    records: used.map(({ reference, samples }) => ({ reference, rules, samples, times })),
    engine: used.map(({ reference, found }) => scoreBeats({ ...reference, found, shutdowns: [] }, rules)),
    skipped: loaded.filter((record) => !used.includes(record)).map(({ reference }) => reference.name),
  };
}

/**
 * Conditions the first 20 s of each lead of the records with 8 leads or more; records that cannot be read are left out.
 */
export function loadLeads(frontEnd: FrontEnd, folder: string, onProgress?: OnRecord): FitData["unlabelled"] {
  const listed = [...findRecords(folder)];
  const records = listed.flatMap(([name, path], i) => {
    onProgress?.(i + 1, listed.length, name);
    const record = openOrSkip(path);
    if (record === undefined || record.leads.length < MIN_LEADS) return [];
    const samples = LEAD_SECONDS * record.sampleRateHz;
    return [record.leads.map((lead) => condition(frontEnd, record, lead, samples))];
  });
  if (records.length > 0) return records;
  throw new DataError(`${folder}: none of ${listed.length} records has ${MIN_LEADS} leads or more that can be read`);
}

function condition(frontEnd: FrontEnd, record: EcgRecord, lead: Lead, count?: number): Int16Array {
  return frontEnd.condition(lead.samples.subarray(0, count), leadInput(record, lead)).samples;
}

function openOrSkip(path: string): EcgRecord | undefined {
  try {
    return openRecord(path, { sampleRateHz: TABLE_RATE_HZ });
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
