/** A model's place among others: fewer bytes and a higher accuracy are better. */
export interface Place {
  readonly bytes: number;
  readonly accuracy: number;
}

/** Those that no other beats on bytes without losing accuracy, from the smallest on. */
export function paretoFront<T extends Place>(places: readonly T[]): readonly T[] {
  const sorted = [...places].sort((a, b) => a.bytes - b.bytes || b.accuracy - a.accuracy);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ accuracy }) => {
    const isBetter = accuracy > best;
    best = Math.max(best, accuracy);
    return isBetter;
  });
}
