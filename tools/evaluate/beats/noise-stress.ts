import type { Stretch } from "./ec57.ts";

/**
 * Reads the signal-to-noise ratio that wfdb's `nst` writes into a record's name ("118e06", "119e_6"); else undefined.
 */
export function noiseLevelDb(name: string): number | undefined {
  const [, minus, digits] = /^\d+e(_?)(\d+)$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits) * (minus === "_" ? -1 : 1);
}

const CLEAN_SECONDS = 300;
const TURN_SECONDS = 120;

/** Returns the stretches to which `nst` adds noise: from 5 min on, two minutes of every four. */
export function noisyStretches(samples: number, sampleRateHz: number): Stretch[] {
  const turn = TURN_SECONDS * sampleRateHz;
  const first = CLEAN_SECONDS * sampleRateHz;
  const count = Math.max(0, Math.ceil((samples - first) / (2 * turn)));
  return Array.from({ length: count }, (_, i) => {
    const from = first + 2 * i * turn;
    return { from, to: Math.min(from + turn, samples) };
  });
}
