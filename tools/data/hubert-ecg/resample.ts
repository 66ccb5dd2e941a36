/**
 * Resamples a signal as a sum of whole periods over its length, read at another number of points. It is scipy's
 * `resample`, here as a sum over all samples for each point.
 *
 *     y_m = 1/n sum_j x_j D(m / points - j / n),  D(u) = sum of e^(2 pi i k u) over |k| <= (N - 1) / 2,  N = min(n, points)
 *
 * An even N has its highest frequency once: cos(pi N u) where points are added, twice that where they are taken away.
 */
export function resample(x: Float64Array, points: number): Float64Array {
  const n = x.length;
  if (n === points) return x.slice();
  const harmonics = Math.min(n, points);
  const isEven = harmonics % 2 === 0;
  const topWeight = !isEven ? 0 : points < n ? 2 : 1;
  const width = isEven ? harmonics - 1 : harmonics;
  const [ownWave, ownSlow, ownTop] = [width, 1, harmonics].map((factor) => anglesOf(points, factor));
  const [wave, slow, top] = [width, 1, harmonics].map((factor) => anglesOf(n, factor));
  return Float64Array.from({ length: points }, (_, m) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      // sin(a - b) and cos(a - b) follow from those of a and b, without trigonometry for each pair.
      const isSame = m * n === j * points;
      const fast = ownWave.sin[m] * wave.cos[j] - ownWave.cos[m] * wave.sin[j];
      const base = ownSlow.sin[m] * slow.cos[j] - ownSlow.cos[m] * slow.sin[j];
      const highest = ownTop.cos[m] * top.cos[j] + ownTop.sin[m] * top.sin[j];
      sum += x[j] * ((isSame ? width : fast / base) + topWeight * highest);
    }
    return sum / n;
  });
}

/** Returns sine and cosine of pi * factor * i / count for i in 0 .. count - 1. */
function anglesOf(count: number, factor: number): { readonly sin: Float64Array; readonly cos: Float64Array } {
  const angle = (i: number) => (Math.PI * ((factor * i) % (2 * count))) / count;
  return {
    sin: Float64Array.from({ length: count }, (_, i) => Math.sin(angle(i))),
    cos: Float64Array.from({ length: count }, (_, i) => Math.cos(angle(i))),
  };
}
