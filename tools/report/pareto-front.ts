/** A model's place among others: fewer bytes and a higher accuracy are better. */
export interface Place {
  readonly bytes: number;
  readonly accuracy: number;
}

/** Keeps the places that no other place beats: none with as few bytes is as accurate. The smallest comes first. */
export function paretoFront<T extends Place>(places: readonly T[]): readonly T[] {
  const sorted = [...places].sort((a, b) => a.bytes - b.bytes || b.accuracy - a.accuracy);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ accuracy }) => {
    const isBetter = accuracy > best;
    best = Math.max(best, accuracy);
    return isBetter;
  });
}
