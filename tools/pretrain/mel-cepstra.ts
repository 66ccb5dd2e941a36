import { createMelSpectrum, ECG_BANDS } from "./mel-bands.ts";
import { type TokenGrid, writeFrame } from "./token-grid.ts";

/** As many as HuBERT-ECG takes: with their two derivatives 39 values a token. */
export const CEPSTRA = 13;

/** A band below an amplitude of 10 uV holds noise alone: its logarithm stops there. */
const FLOOR_MILLIVOLTS2 = 1e-4;

/**
 * Mel-frequency cepstral coefficients of every token (Davis and Mermelstein 1980): the first 13 of the orthonormal cosine
 * transform of the logarithms of its 16 bands' powers. They do not change when the lead is turned upside down, and a gain
 * moves the first of them alone.
 * @param signal one lead at 500 Hz in millivolts
 * @returns [tokens][13]
 */
export type MelCepstra = (signal: Float32Array, grid: TokenGrid) => Float32Array;

export function createMelCepstra(): MelCepstra {
  const { bands, frameSamples } = ECG_BANDS;
  const writePowers = createMelSpectrum(ECG_BANDS);
  const cosines = Array.from({ length: CEPSTRA }, (_, k) =>
    Float64Array.from(
      { length: bands },
      (_, band) => Math.sqrt((k === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * k * (band + 0.5)) / bands),
    ),
  );
  const frame = new Float64Array(frameSamples);
  const powers = new Float64Array(bands);
  return (signal, grid) => {
    const cepstra = new Float32Array(grid.tokens * CEPSTRA);
    for (let token = 0; token < grid.tokens; token++) {
      writeFrame(frame, signal, grid, token);
      writePowers(frame, powers);
      const logarithms = powers.map((power) => Math.log(Math.max(power, FLOOR_MILLIVOLTS2)));
      for (let k = 0; k < CEPSTRA; k++) {
        cepstra[token * CEPSTRA + k] = logarithms.reduce((sum, value, band) => sum + value * cosines[k][band], 0);
      }
    }
    return cepstra;
  };
}
