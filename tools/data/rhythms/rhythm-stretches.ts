import type { BeatAnnotation } from "../record.ts";
import { type AtrialRhythm, atrialRhythm } from "./atrial-rhythm.ts";

/** A part of a record with one rhythm. */
export interface RhythmStretch {
  readonly fromSeconds: number;
  /** The end, exclusive; Infinity for the last stretch of a record. */
  readonly toSeconds: number;
  readonly rhythm: AtrialRhythm;
}

/** A first note within this time stands at the record's first beat, and its rhythm is that of the start. */
const FIRST_BEAT_SECONDS = 2;

/**
 * Finds the atrial rhythm along a record from the notes ("(AFIB", "(N", ...) that WFDB puts where the rhythm changes; a
 * stretch goes on to the next note. Undefined where no note and no comment states a rhythm.
 *
 * CPSC 2021 notes only where fibrillation begins and ends, and says in a comment whether a record has any: "non atrial
 * fibrillation", "persistent ..." or "paroxysmal atrial fibrillation". With such a comment, the time before the first
 * note is not fibrillation; without one it is unknown, and no stretch covers it.
 */
export function rhythmStretches(
  annotations: readonly BeatAnnotation[],
  comments: readonly string[],
  sampleRateHz: number,
): readonly RhythmStretch[] | undefined {
  const comment = comments.find((line) => /^(non|persistent|paroxysmal) atrial fibrillation$/.test(line));
  const notes = annotations.filter(({ note }) => note?.startsWith("("));
  if (notes.length === 0) {
    if (comment === undefined || comment.startsWith("paroxysmal")) return undefined;
    return [whole(comment.startsWith("non") ? "other" : "fibrillation")];
  }
  const changes = notes.map(({ sample, note }) => ({
    fromSeconds: sample / sampleRateHz,
    rhythm: atrialRhythm([note as string]),
  }));
  const [first] = changes;
  if (first.fromSeconds <= FIRST_BEAT_SECONDS) first.fromSeconds = 0;
  else if (comment !== undefined) changes.unshift({ fromSeconds: 0, rhythm: "other" });
  return changes.map((change, i) => ({
    ...change,
    toSeconds: changes[i + 1]?.fromSeconds ?? Number.POSITIVE_INFINITY,
  }));
}

/** Returns the stretch of a record that has one rhythm throughout. */
export function whole(rhythm: AtrialRhythm): RhythmStretch {
  return { fromSeconds: 0, toSeconds: Number.POSITIVE_INFINITY, rhythm };
}

export interface RhythmWindow {
  /** First sample of the window. */
  readonly start: number;
  readonly rhythm: AtrialRhythm;
}

export interface RhythmWindows {
  readonly windows: readonly RhythmWindow[];
  /** Windows that are left out because their rhythm changes, or is unknown in part. */
  readonly mixed: number;
}

/** The share that a last window may lack: the resampler keeps back a few samples, so 60 s at 200 Hz give 59.99 s. */
const SPARE_SHARE = 0.01;

/**
 * Cuts a record into windows, end to end from its start, each labelled by its one rhythm. The rest at the end is
 * dropped, unless it lacks less than a hundredth of a window. A record shorter than one window is one window.
 */
export function rhythmWindows(
  stretches: readonly RhythmStretch[],
  samples: number,
  windowSamples: number,
  sampleRateHz: number,
): RhythmWindows {
  const count = Math.max(1, Math.floor(samples / windowSamples + SPARE_SHARE));
  const windows = Array.from({ length: count }, (_, i) => {
    const start = i * windowSamples;
    const end = Math.min(start + windowSamples, samples);
    return { start, rhythm: rhythmWithin(stretches, start / sampleRateHz, end / sampleRateHz) };
  });
  const pure = windows.filter((window): window is RhythmWindow => window.rhythm !== undefined);
  return { windows: pure, mixed: count - pure.length };
}

/** Finds the rhythm that covers the whole time; undefined where there are several or none. */
function rhythmWithin(
  stretches: readonly RhythmStretch[],
  fromSeconds: number,
  toSeconds: number,
): AtrialRhythm | undefined {
  if (fromSeconds < stretches[0].fromSeconds) return undefined;
  const rhythms = stretches
    .filter((stretch) => stretch.fromSeconds < toSeconds && stretch.toSeconds > fromSeconds)
    .map(({ rhythm }) => rhythm);
  return rhythms.every((rhythm) => rhythm === rhythms[0]) ? rhythms[0] : undefined;
}
