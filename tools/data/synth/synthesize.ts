import { MODEL_SAMPLE_RATE_HZ } from "../../../assembly/shared/limits.ts";
import { SeededRandom } from "../../random/random.ts";
import type { BeatAnnotation, EcgRecord } from "../record.ts";
import { scheduleBeats } from "./beat-schedule.ts";
import { integrate } from "./dynamical-model.ts";
import { fibrillatoryWaves } from "./fibrillation.ts";
import type { LeadOffStretch } from "./lead-off.ts";
import { applyLeadOff, drawLeadOff } from "./lead-off.ts";
import type { Morphology } from "./morphology.ts";
import { beatWaves, STANDARD_MORPHOLOGY } from "./morphology.ts";
import type { NoiseLevels } from "./noise.ts";
import { addNoise, HEAVY_NOISE, QUIET_NOISE } from "./noise.ts";
import type { Rhythm, RhythmFacts } from "./rhythm.ts";
import { rhythmFacts } from "./rhythm.ts";
import { fibrillationRrProcess, sinusRrProcess } from "./rr-process.ts";

export interface SynthesisOptions {
  readonly rhythm: Rhythm;
  /** Duration: at least one sample, at most a day. */
  readonly seconds: number;
  /** Sample rate, 125 .. 1000; the model's 500 by default. */
  readonly sampleRateHz?: number;
  /** The seed, an integer: equal options give equal bytes. */
  readonly seed: number;
  /** Name of the record; `synth-<rhythm>-<seed>` by default. */
  readonly name?: string;
  /** Mean ventricular rate, 20 .. 240; the rhythm's own by default. */
  readonly rateBpm?: number;
  /** Standard deviation of the RR interval over its mean, 0 .. 0.5. */
  readonly rrVariation?: number;
  /** Share of ventricular beats, 0 .. 0.5. */
  readonly ectopicFraction?: number;
  /** Amplitude of the fibrillatory waves' first harmonic; 0.06 by default. Only "afib" has them. */
  readonly fibrillationMillivolts?: number;
  readonly morphology?: Morphology;
  /** Levels that replace the rhythm's own: quiet, or heavy for "noise". */
  readonly noise?: Partial<NoiseLevels>;
}

/** Counts per millivolt: one per microvolt in 16 bits, as in the CinC 2017 records. */
const COUNTS_PER_MILLIVOLT = 1000;
const LARGEST_COUNT = 32767;
const LONGEST_SECONDS = 86400;

/**
 * Synthesizes a one-lead record (lead "II", 1 count = 1 uV) with its annotations: the rhythm ("+") at sample 0, an "N"
 * or "V" at every R peak, and for lead-off a "~" where a stretch begins and, if the record goes on, where it ends.
 * Beats under a lead-off stretch are not annotated; "noise" has none. Throws RangeError, with the value, for an option
 * out of its range.
 */
export function synthesize(options: SynthesisOptions): EcgRecord {
  const { rhythm, seconds, seed, sampleRateHz = MODEL_SAMPLE_RATE_HZ } = options;
  const facts = rhythmFacts(rhythm);
  requireRange("seconds", seconds, 0, LONGEST_SECONDS);
  requireRange("sampleRateHz", sampleRateHz, 125, 1000);
  const samples = Math.round(seconds * sampleRateHz);
  if (samples < 1) throw new RangeError(`seconds must last one sample at least, not ${seconds}`);

  const random = new SeededRandom(seed);
  const millivolts = new Float64Array(samples);
  const heart = rhythm === "noise" ? [] : addHeart(millivolts, sampleRateHz, facts, options, random);
  addNoise(millivolts, sampleRateHz, noiseLevels(options), random.fork("noise"));
  const off = rhythm === "leadOff" ? drawLeadOff(samples, sampleRateHz, random.fork("leadOff")) : [];
  const rail = LARGEST_COUNT / COUNTS_PER_MILLIVOLT;
  applyLeadOff(millivolts, sampleRateHz, off, rail, random.fork("rail"));
  return {
    name: options.name ?? `synth-${rhythm}-${seed}`,
    sampleRateHz,
    leads: [{ name: "II", samples: digitised(millivolts), countsPerMillivolt: COUNTS_PER_MILLIVOLT, baseline: 0 }],
    annotations: annotate(facts, heart, off).filter(({ sample }) => sample < samples),
    comments: [`synthetic: ${rhythm}, seed ${seed}`],
  };
}

/** Adds the beating heart and returns its R peaks. */
function addHeart(
  millivolts: Float64Array,
  sampleRateHz: number,
  facts: RhythmFacts,
  options: SynthesisOptions,
  random: SeededRandom,
): BeatAnnotation[] {
  const rateBpm = requireRange("rateBpm", options.rateBpm ?? facts.rateBpm, 20, 240);
  const variation = requireRange("rrVariation", options.rrVariation ?? facts.rrVariation, 0, 0.5);
  const ectopic = requireRange("ectopicFraction", options.ectopicFraction ?? facts.ectopicFraction, 0, 0.5);
  const fibrillation = requireRange("fibrillationMillivolts", options.fibrillationMillivolts ?? 0.06, 0, 10);
  const morphology = options.morphology ?? STANDARD_MORPHOLOGY;
  const fibrillates = options.rhythm === "afib";

  const process = fibrillates ? fibrillationRrProcess : sinusRrProcess;
  const rr = process(60 / rateBpm, variation, random.fork("rr"));
  const scheduleRandom = random.fork("schedule");
  const startFraction = scheduleRandom.next();
  const beats = scheduleBeats(options.seconds + 1, rr, ectopic, scheduleRandom).map((beat) => ({
    ...beat,
    waves: beatWaves(morphology, beat.symbol, facts.pWave, beat.rrBeforeSeconds),
  }));
  const trajectory = integrate(beats, {
    samples: millivolts.length,
    sampleRateHz,
    startFraction,
    respirationMillivolts: 0.03,
    respirationHz: 0.25,
  });
  const waves = fibrillates
    ? fibrillatoryWaves(millivolts.length, sampleRateHz, fibrillation, random.fork("atria"))
    : null;
  for (let i = 0; i < millivolts.length; i++) millivolts[i] += trajectory.millivolts[i] + (waves ? waves[i] : 0);
  return trajectory.peaks.map((peak) => ({ sample: peak.sample, symbol: beats[peak.beat].symbol }));
}

function noiseLevels(options: SynthesisOptions): NoiseLevels {
  const levels = { ...(options.rhythm === "noise" ? HEAVY_NOISE : QUIET_NOISE), ...options.noise };
  for (const [name, level] of Object.entries(levels)) requireRange(`noise.${name}`, level, 0, 1000);
  return levels;
}

function digitised(millivolts: Float64Array): Int32Array {
  return Int32Array.from(millivolts, (value) => {
    const count = Math.round(value * COUNTS_PER_MILLIVOLT);
    return Math.max(-LARGEST_COUNT - 1, Math.min(LARGEST_COUNT, count));
  });
}

function annotate(
  facts: RhythmFacts,
  heart: readonly BeatAnnotation[],
  off: readonly LeadOffStretch[],
): BeatAnnotation[] {
  const seen = heart.filter(({ sample }) => !off.some(({ from, to }) => sample >= from && sample < to));
  const quality = off.flatMap(({ from, to }) => [
    { sample: from, symbol: "~", note: "lead off" },
    { sample: to, symbol: "~", note: "lead on" },
  ]);
  const annotations = [{ sample: 0, symbol: "+", note: facts.note }, ...seen, ...quality];
  return annotations.sort((a, b) => a.sample - b.sample);
}

function requireRange(name: string, value: number, lowest: number, highest: number): number {
  if (value >= lowest && value <= highest) return value;
  throw new RangeError(`${name} must be ${lowest} .. ${highest}, not ${value}`);
}
