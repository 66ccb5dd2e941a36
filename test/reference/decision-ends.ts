import type { Layer } from "./layer.ts";

/** One past the last row that each decision averages, or that its sequence has (NUMERICS.md, "Average pool"). */
export function decisionEnds(layer: Layer, rows: number): number[] {
  const warmup = layer.kernel - layer.padLeft;
  if (rows === 0) return [];
  if (rows < warmup) return [rows];
  const count = Math.floor((rows - warmup) / layer.stride) + 1;
  return Array.from({ length: count }, (_, i) => warmup + i * layer.stride);
}
