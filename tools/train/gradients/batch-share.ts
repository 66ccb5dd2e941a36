import type { Batch } from "./step.ts";

/** The rows of a batch that fall to one of `count` threads: consecutive, their numbers equal to within one. */
export function shareOf({ size, signals, targets }: Batch, index: number, count: number): Batch {
  const from = Math.floor((index * size) / count);
  const to = Math.floor(((index + 1) * size) / count);
  const rows = (values: Float32Array) => values.slice((from * values.length) / size, (to * values.length) / size);
  return {
    size: to - from,
    signals: rows(signals),
    targets: { hard: rows(targets.hard), soft: targets.soft && rows(targets.soft) },
  };
}
