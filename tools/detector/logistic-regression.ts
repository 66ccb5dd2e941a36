/** An observation of a logistic regression. */
export interface Observation {
  /** Values of the terms. The first is 1: its weight is the intercept. */
  readonly terms: readonly number[];
  readonly isTrue: boolean;
  /** The number of observations that this one stands for. */
  readonly times: number;
}

const MAX_STEPS = 50;
const SMALLEST_CHANGE = 1e-6;
/** Keeps the Hessian regular where a term is constant. */
const LEAST_CURVATURE = 1e-6;

/**
 * Finds the weights that maximise the penalised likelihood of P(true) = 1 / (1 + exp(-weights . terms)), by Newton's
 * method with halved steps (iteratively reweighted least squares). The penalty on the log-likelihood is `penalty` / 2
 * times the squares of all weights but the intercept.
 */
export function fitLogistic(observations: readonly Observation[], penalty: number): number[] {
  const count = observations[0]?.terms.length ?? 0;
  let weights = new Array<number>(count).fill(0);
  let loss = penalisedLoss(observations, weights, penalty);
  for (let step = 0; step < MAX_STEPS; step++) {
    const change = newtonStep(observations, weights, penalty);
    let share = 1;
    let next = weights;
    let nextLoss = loss;
    do {
      next = weights.map((weight, i) => weight + share * change[i]);
      nextLoss = penalisedLoss(observations, next, penalty);
      share /= 2;
    } while (nextLoss > loss && share > SMALLEST_CHANGE);
    if (nextLoss > loss) break;
    const moved = Math.max(...next.map((weight, i) => Math.abs(weight - weights[i])));
    weights = next;
    loss = nextLoss;
    if (moved < SMALLEST_CHANGE) break;
  }
  return weights;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function penalisedLoss(observations: readonly Observation[], weights: readonly number[], penalty: number): number {
  let loss = 0;
  for (const { terms, isTrue, times } of observations) {
    const against = isTrue ? -dot(weights, terms) : dot(weights, terms);
    // This is log(1 + exp(against)) without overflow.
    loss += times * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return loss + (penalty / 2) * dot(weights.slice(1), weights.slice(1));
}

/** Computes the inverse Hessian times the gradient of the log-likelihood. */
function newtonStep(observations: readonly Observation[], weights: readonly number[], penalty: number): number[] {
  const gradient = weights.map((weight, i) => (i === 0 ? 0 : -penalty * weight));
  const hessian = weights.map((_, i) => weights.map((_, j) => (i !== j ? 0 : i === 0 ? LEAST_CURVATURE : penalty)));
  for (const { terms, isTrue, times } of observations) {
    const chance = 1 / (1 + Math.exp(-dot(weights, terms)));
    const error = times * ((isTrue ? 1 : 0) - chance);
    const spread = times * chance * (1 - chance);
    for (let i = 0; i < terms.length; i++) {
      gradient[i] += error * terms[i];
      for (let j = 0; j <= i; j++) hessian[i][j] += spread * terms[i] * terms[j];
    }
  }
  return solveSymmetric(hessian, gradient);
}

/** Solves A x = b for a positive definite A, given by its lower triangle, by Cholesky's method. */
function solveSymmetric(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const lower = a.map((row) => row.map(() => 0));
  for (let i = 0; i < b.length; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i][j] - dot(lower[i].slice(0, j), lower[j].slice(0, j));
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  }
  const x = [...b];
  for (let i = 0; i < x.length; i++) x[i] = (x[i] - dot(lower[i].slice(0, i), x.slice(0, i))) / lower[i][i];
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i] -= lower[j][i] * x[j];
    x[i] /= lower[i][i];
  }
  return x;
}
