import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitLogistic, type Observation } from "../../tools/detector/logistic-regression.ts";

const observation = fc.record({
  terms: fc.tuple(fc.constant(1), fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 3 })),
  isTrue: fc.boolean(),
  times: fc.constantFrom(1, 2, 10),
});
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The gradient of the penalised log-likelihood, which is zero at its maximum. */
function gradient(observations: readonly Observation[], weights: readonly number[], penalty: number): number[] {
  return weights.map((weight, i) =>
    observations.reduce(
      (sum, { terms, isTrue, times }) =>
        sum + times * terms[i] * ((isTrue ? 1 : 0) - 1 / (1 + Math.exp(-dot(weights, terms)))),
      i === 0 ? 0 : -penalty * weight,
    ),
  );
}

describe("logistic regression", () => {
  it("ends where the likelihood is highest", () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 4, maxLength: 60 }), (observations) => {
        fc.pre(new Set(observations.map(({ isTrue }) => isTrue)).size === 2);
        const weights = fitLogistic(observations, 1);
        for (const slope of gradient(observations, weights, 1)) expect(Math.abs(slope)).toBeLessThan(1e-4);
      }),
    );
  });

  it("takes an observation that counts twice as two", () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 4, maxLength: 30 }), (observations) => {
        fc.pre(new Set(observations.map(({ isTrue }) => isTrue)).size === 2);
        const doubled = observations.map((each) => ({ ...each, times: 2 * each.times }));
        const once = fitLogistic([...observations, ...observations], 1);
        fitLogistic(doubled, 1).forEach((weight, i) => {
          expect(weight).toBeCloseTo(once[i], 6);
        });
      }),
    );
  });
});
