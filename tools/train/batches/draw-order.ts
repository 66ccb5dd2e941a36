import type { SeededRandom } from "../../random/random.ts";
import { classWeights } from "./class-weights.ts";

/**
 * The records of an epoch in the order in which they are drawn, as many as there are. A record is drawn in proportion to
 * its class's frequency ^ -power: at power 0 each once, at power 1 every class as often as any other. No record's share
 * is off by one draw or more (systematic resampling over a random order).
 * @param labels the class index of each record
 */
export function drawOrder(labels: readonly number[], classes: number, power: number, random: SeededRandom): number[] {
  const order = random.shuffle(labels.map((_, index) => index));
  if (power === 0) return order;
  const counts = Array.from({ length: classes }, (_, index) => labels.filter((label) => label === index).length);
  const weights = classWeights(counts, power);
  const drawn: number[] = [];
  let passed = 0;
  let next = random.next();
  for (const index of order) {
    passed += weights[labels[index]];
    for (; next < passed && drawn.length < order.length; next++) drawn.push(index);
  }
  // Sums of weights may fall short of the whole by a rounding.
  while (drawn.length < order.length) drawn.push(order[order.length - 1]);
  return random.shuffle(drawn);
}
