/** Triangular bands over a frame's power spectrum. */
export interface MelBands {
  /** Samples of a frame at 500 Hz: 128 are 256 ms, two hops of a token, resolved to 500 / 128 = 3.9 Hz. */
  readonly frameSamples: number;
  /** How many triangles share the range, each from its neighbours' peaks. */
  readonly bands: number;
  readonly lowHz: number;
  readonly highHz: number;
}

/**
 * The frequencies that the front end lets through, in 16 bands of +-2.3 Hz. Mels are equal steps of pitch for the ear; below 40 Hz they
 * are equal steps of frequency to within 3 %.
 */
export const ECG_BANDS: MelBands = { frameSamples: 128, bands: 16, lowHz: 0.5, highHz: 40 };

const SAMPLE_RATE_HZ = 500;
/** Between the frequencies that a band sums over: a quarter of what 128 samples resolve. */
const STEP_HZ = 1;

/**
 * Makes the function that writes a frame's power in each band, in mV^2: the spectrum, which is A^2 at the frequency of a
 * sine of amplitude A, summed under the band's triangle at every hertz. The frame loses its mean and is Hann-windowed.
 * A frame this short and a range this narrow need no fast transform: the spectrum is a product with 2 x 40 waves.
 * @throws RangeError on a range that is empty or above half the sample rate
 */
export function createMelSpectrum(settings: MelBands): (frame: Float64Array, powers: Float64Array) => void {
  const { frameSamples, lowHz, highHz, bands } = settings;
  if (!(lowHz >= 0 && lowHz < highHz && highHz <= SAMPLE_RATE_HZ / 2))
    throw new RangeError(`bands must lie within 0 to ${SAMPLE_RATE_HZ / 2} Hz, not ${lowHz} to ${highHz}`);
  const frequencies = frequenciesOf(lowHz, highHz);
  const { cosines, sines } = hannWaves(frequencies, frameSamples);
  const triangles = trianglesOf(settings, frequencies);
  const spectrum = new Float64Array(frequencies.length);
  return (frame, powers) => {
    const mean = frame.reduce((sum, value) => sum + value, 0) / frameSamples;
    for (let i = 0; i < frameSamples; i++) frame[i] -= mean;
    for (let f = 0; f < frequencies.length; f++) {
      spectrum[f] = dot(frame, cosines[f]) ** 2 + dot(frame, sines[f]) ** 2;
    }
    for (let band = 0; band < bands; band++) powers[band] = dot(spectrum, triangles[band]);
  };
}

function frequenciesOf(lowHz: number, highHz: number): number[] {
  const count = Math.max(1, Math.round((highHz - lowHz) / STEP_HZ));
  return Array.from({ length: count }, (_, i) => lowHz + ((i + 0.5) * (highHz - lowHz)) / count);
}

/** Each frequency's waves under Hann's window, scaled so that a sine of amplitude 1 has power 1. */
function hannWaves(frequencies: readonly number[], samples: number) {
  const hann = Float64Array.from(
    { length: samples },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / samples),
  );
  const scale = 2 / hann.reduce((sum, value) => sum + value, 0);
  const waves = (shape: (angle: number) => number) =>
    frequencies.map((hz) => hann.map((value, i) => scale * value * shape((2 * Math.PI * hz * i) / SAMPLE_RATE_HZ)));
  return { cosines: waves(Math.cos), sines: waves(Math.sin) };
}

/** O'Shaughnessy's mel (1987). */
const melOf = (hz: number) => 2595 * Math.log10(1 + hz / 700);
const hertzOf = (mel: number) => 700 * (10 ** (mel / 2595) - 1);

/** Returns the weight of each band on every frequency, 1 at its peak. */
function trianglesOf({ bands, lowHz, highHz }: MelBands, frequencies: readonly number[]): Float64Array[] {
  const edge = (i: number) => hertzOf(melOf(lowHz) + (i / (bands + 1)) * (melOf(highHz) - melOf(lowHz)));
  return Array.from({ length: bands }, (_, band) => {
    const [from, peak, to] = [edge(band), edge(band + 1), edge(band + 2)];
    return Float64Array.from(frequencies, (hz) =>
      Math.max(0, Math.min((hz - from) / (peak - from), (to - hz) / (to - peak))),
    );
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
