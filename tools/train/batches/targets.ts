import { softmax } from "../../evaluate/calibration/softmax.ts";

/** The targets that a batch's logits should come to. */
export interface Targets {
  /** [size][classes], weighted: the loss is -sum(hard * log softmax(logits)) / size, times 1 - teachers' share. */
  readonly hard: Float32Array;
  /** The teachers' probabilities at the temperature, [size][classes], or null where nobody teaches. */
  readonly soft: Float32Array | null;
}

/**
 * The weighted targets of labels: `1 - smoothing` on the label and `smoothing` spread over all classes (Szegedy et al.
 * 2016), times the label's class weight.
 * @returns [labels][classes]
 */
export function hardTargets(
  labels: readonly number[],
  classWeights: readonly number[],
  smoothing: number,
): Float32Array {
  const classes = classWeights.length;
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const weight = classWeights[label];
    rows.fill((weight * smoothing) / classes, row * classes, (row + 1) * classes);
    rows[row * classes + label] += weight * (1 - smoothing);
  });
  return rows;
}

/** The teachers' probabilities at a temperature, [rows][classes]. */
export function softTargets(logits: readonly ArrayLike<number>[], temperature: number): Float32Array {
  return Float32Array.from(logits.flatMap((row) => [...softmax(row, temperature)]));
}
