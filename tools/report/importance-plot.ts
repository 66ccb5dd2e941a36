import { LAYER_ROWS, LAYER_STEP } from "./layer-rows.ts";
import { COLOURS, FIT_WIDTH, type Plot } from "./plot.ts";
import type { CompressionInput } from "./report-input.ts";

const TERMS = ["ρ, share of the weights", "δ, variance on a log scale"];

/** Plots the paper's importance of every layer, and its two terms. */
export function importancePlot({ layers }: CompressionInput): Plot {
  return {
    name: "importance",
    title: "Importance per layer",
    caption:
      "Bars: I = αρ + βδ (eq. 2 of the paper). ρ is the layer's share of all weights, δ the variance of its weights on a " +
      "logarithmic scale, 1 for the largest; batch norm is folded.",
    span: "half",
    spec: (widthPixels) => ({
      width: widthPixels,
      autosize: FIT_WIDTH,
      height: { step: LAYER_STEP },
      encoding: { y: LAYER_ROWS },
      layer: [
        {
          data: { values: layers.map(({ name, importance }) => ({ layer: name, importance })) },
          mark: { type: "bar", color: COLOURS.blue, opacity: 0.45 },
          encoding: {
            x: { field: "importance", type: "quantitative", title: "importance I and its terms (no unit)" },
          },
        },
        {
          data: {
            values: layers.flatMap(({ name, density, deviation }) => [
              { layer: name, term: TERMS[0], value: density },
              { layer: name, term: TERMS[1], value: deviation },
            ]),
          },
          mark: { type: "point", filled: true, size: 42, opacity: 1 },
          encoding: {
            x: { field: "value", type: "quantitative" },
            color: {
              field: "term",
              scale: { domain: TERMS, range: [COLOURS.orange, COLOURS.green] },
              legend: { columns: widthPixels < 400 ? 1 : 2 },
            },
            shape: { field: "term", scale: { domain: TERMS, range: ["circle", "diamond"] } },
          },
        },
      ],
    }),
  };
}
