import { bitsPerWeight } from "../quantize/width.ts";
import { LAYER_ROWS, LAYER_STEP } from "./layer-rows.ts";
import { COLOURS, FIT_WIDTH, type Plot } from "./plot.ts";
import type { CompressionInput } from "./report-input.ts";

/** Plots the bits a weight of every layer. */
export function widthPlot({ layers, meanBits }: CompressionInput): Plot {
  const values = layers.map(({ name, width }) => ({ layer: name, bits: bitsPerWeight(width), width: String(width) }));
  return {
    name: "widths",
    title: "Width per layer",
    caption:
      "Bits a weight, from the input down to the decision; ternary weights take 1.6. " +
      `The line is the mean over all weights, ${meanBits.toFixed(2)}.`,
    span: "half",
    spec: (widthPixels) => ({
      width: widthPixels,
      autosize: FIT_WIDTH,
      height: { step: LAYER_STEP },
      data: { values },
      layer: [
        {
          mark: "bar",
          encoding: {
            y: LAYER_ROWS,
            x: {
              field: "bits",
              type: "quantitative",
              title: "bits a weight",
              // The label of a bar of 8 stands inside the frame.
              scale: { domain: [0, 8.8], nice: false },
              axis: { values: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
            },
            color: { condition: { test: "datum.width === 'ternary'", value: COLOURS.orange }, value: COLOURS.blue },
          },
        },
        {
          mark: { type: "text", align: "left", dx: 4, fontSize: 10 },
          encoding: { y: LAYER_ROWS, x: { field: "bits", type: "quantitative" }, text: { field: "width" } },
        },
        {
          mark: { type: "rule", color: COLOURS.ink, strokeDash: [4, 3] },
          encoding: { x: { datum: meanBits, type: "quantitative" } },
        },
      ],
    }),
  };
}
