import { DataError } from "../../files/data-error.ts";
import type { EcgRecord, Lead } from "../record.ts";
import { STANDARD_LEADS } from "../standard-leads.ts";
import { bandPass, FILTER_RATE_HZ } from "./band-pass.ts";
import { decimate } from "./decimate.ts";
import { resample } from "./resample.ts";

/** Samples of a crop, 5 s. */
export const CROP_SAMPLES = 2500;
const SMOOTH = 1e-8;

/**
 * Prepares a record's twelve leads as the published code of HuBERT-ECG does: resampled to 500 Hz, filtered to 0.05 to
 * 47 Hz, then each lead scaled from -1 to 1 over the whole record.
 * @returns in the order I, II, III, aVR, aVL, aVF, V1 .. V6
 * @throws DataError on a lead that is not there, and on a record shorter than 5 s
 */
export function hubertEcgLeads(record: EcgRecord): readonly Float64Array[] {
  return STANDARD_LEADS.map((name) => {
    const lead = record.leads.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (!lead) {
      throw new DataError(`record ${record.name}: has no lead ${name}, and HuBERT-ECG takes ${STANDARD_LEADS.length}`);
    }
    const points = Math.floor(lead.samples.length * (FILTER_RATE_HZ / record.sampleRateHz));
    if (points < CROP_SAMPLES) {
      throw new DataError(`record ${record.name}: has ${points / FILTER_RATE_HZ} s, and HuBERT-ECG takes 5`);
    }
    return fromMinusOneToOne(bandPass(resample(millivoltsOf(lead), points)));
  });
}

/**
 * Joins 5 s of all leads, one after another, and takes every fifth sample of them. The filter rings from each lead into
 * the next, as in the published code. Values that are no number become the mean of those that are.
 * @param leads the result of hubertEcgLeads
 * @returns [12 * 500]
 */
export function hubertEcgInput(leads: readonly Float64Array[], from = 0): Float32Array {
  const series = new Float64Array(leads.length * CROP_SAMPLES);
  for (const [index, lead] of leads.entries()) {
    if (from + CROP_SAMPLES > lead.length) {
      throw new RangeError(`a crop from sample ${from} on reaches past the end at ${lead.length}`);
    }
    series.set(lead.subarray(from, from + CROP_SAMPLES), index * CROP_SAMPLES);
  }
  const known = series.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Float32Array.from(decimate(series.map((value) => (Number.isNaN(value) ? mean : value))));
}

function millivoltsOf({ samples, baseline, countsPerMillivolt }: Lead): Float64Array {
  return Float64Array.from(samples, (count) => (count - baseline) / countsPerMillivolt);
}

function fromMinusOneToOne(x: Float64Array): Float64Array {
  const least = x.reduce((a, b) => Math.min(a, b));
  const most = x.reduce((a, b) => Math.max(a, b));
  return x.map((value) => (2 * (value - least)) / (most - least + SMOOTH) - 1);
}
