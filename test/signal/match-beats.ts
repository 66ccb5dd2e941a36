export interface BeatCounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/**
 * Pairs found with expected beats, both ascending in seconds: each with the nearest within 150 ms, one to one
 * (ANSI/AAMI EC57). Beats before `fromSeconds` are paired but not counted.
 */
export function matchBeats(expected: number[], found: number[], fromSeconds: number): BeatCounts {
  const windowSeconds = 0.15;
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  const count = (kind: keyof BeatCounts, seconds: number) => {
    if (seconds >= fromSeconds) counts[kind]++;
  };
  let e = 0;
  let f = 0;
  while (e < expected.length || f < found.length) {
    const distance = (found[f] ?? Infinity) - (expected[e] ?? Infinity);
    const nextIsNearer = Math.abs((found[f + 1] ?? Infinity) - expected[e]) < Math.abs(distance);
    if (f >= found.length || distance > windowSeconds) count("falseNegatives", expected[e++]);
    else if (e >= expected.length || distance < -windowSeconds || nextIsNearer) count("falsePositives", found[f++]);
    else {
      count("truePositives", expected[e++]);
      f++;
    }
  }
  return counts;
}
