/**
 * Computes gelu(x) = x P(x), where P is the integral of the normal distribution. The tail of P is (a1 t + .. + a5 t^5)
 * exp(-x^2 / 2) / 2 with t = 1 / (1 + p |x| / sqrt 2) (Abramowitz and Stegun 7.1.26, within 0.8e-7).
 */
export function gelu(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x) * Math.SQRT1_2);
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * sum * Math.exp(-0.5 * x * x);
  return x * (x < 0 ? tail : 1 - tail);
}
