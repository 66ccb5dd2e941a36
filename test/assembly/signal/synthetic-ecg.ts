export interface SyntheticEcg {
  /** Microvolts. */
  samples: Int32Array;
  /** R peaks in seconds. */
  rSeconds: number[];
}

/** Gaussian P, R and T waves at a constant rate; `millivolts` is the height of R, negative for an inverted lead. */
export function syntheticEcg(options: {
  bpm: number;
  millivolts: number;
  seconds: number;
  rateHz?: number;
}): SyntheticEcg {
  const { bpm, millivolts, seconds, rateHz = 500 } = options;
  const intervalSeconds = 60 / bpm;
  const samples = new Float64Array(Math.round(seconds * rateHz));
  const addWave = (centre: number, width: number, height: number) => {
    const from = Math.max(0, Math.ceil((centre - 5 * width) * rateHz));
    const to = Math.min(samples.length - 1, Math.floor((centre + 5 * width) * rateHz));
    for (let i = from; i <= to; i++) samples[i] += height * Math.exp(-0.5 * ((i / rateHz - centre) / width) ** 2);
  };
  const rSeconds: number[] = [];
  for (let r = 0.7 * intervalSeconds; r < seconds; r += intervalSeconds) {
    rSeconds.push(r);
    const stretch = Math.sqrt(intervalSeconds);
    addWave(r - 0.16 * stretch, 0.02, 0.12 * millivolts);
    addWave(r, 0.01, millivolts);
    addWave(r + 0.27 * stretch, 0.04 * stretch, 0.25 * millivolts);
  }
  return { samples: Int32Array.from(samples, (value) => Math.round(value * 1000)), rSeconds };
}
