/** A line of the drawing: the place of each value, and the values that are written beside it. */
export interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** Length of a decade that has room for three labels of up to 5 characters. */
const ROOM_FOR_THREE = 140;

/**
 * Makes a logarithmic axis from `start` to `end` that keeps all values `inset` away from both; ticks are at powers of ten, and at 2 and
 * 5 times these where there is room.
 */
export function logAxis(values: readonly number[], start: number, end: number, inset: number): Axis {
  const [least, most] = [Math.min(...values) / 1.1, Math.max(...values) * 1.1];
  const outside = (most / least) ** (inset / (end - start - 2 * inset));
  const [low, high] = [least / outside, most * outside];
  const decades = Array.from({ length: 26 }, (_, index) => 10 ** (index - 6));
  const hasRoom = (end - start) / Math.log10(high / low) > ROOM_FOR_THREE;
  const ticks = decades.flatMap((decade) => (hasRoom ? [decade, 2 * decade, 5 * decade] : [decade]));
  return {
    at: (value) => start + ((end - start) * Math.log(value / low)) / Math.log(high / low),
    ticks: ticks.filter((tick) => tick >= low && tick <= high),
  };
}

/** Makes a linear axis that holds all values; its ticks are the multiples of 0.01, 0.02, 0.05, 0.1 or 0.2, about 4 to 10 of them. */
export function shareAxis(values: readonly number[], start: number, end: number): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = [0.01, 0.02, 0.05, 0.1].find((candidate) => (most - least) / candidate <= 8) ?? 0.2;
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
  return {
    at: (value) => start + ((end - start) * (value / step - first)) / (last - first),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step),
  };
}
