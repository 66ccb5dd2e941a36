import type { Tensor } from "../graph/model.ts";

/**
 * Moves the running average towards the weights, batch norm's moments among them. Early on the average would remember
 * little but the start, so the share that stays grows from 1/10 as (1 + step) / (10 + step) up to `decay`.
 * @param step optimizer steps made, the one just made among them
 */
export function followWeights(
  average: ReadonlyMap<string, Tensor>,
  weights: ReadonlyMap<string, Tensor>,
  decay: number,
  step: number,
): void {
  const stays = Math.min(decay, (1 + step) / (10 + step));
  for (const [key, { data }] of average) {
    const now = (weights.get(key) as Tensor).data;
    for (let i = 0; i < data.length; i++) data[i] += (1 - stays) * (now[i] - data[i]);
  }
}
