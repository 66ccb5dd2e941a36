import { COLOURS, type Plot } from "./plot.ts";
import type { CompressionInput } from "./report-input.ts";

type Layer = CompressionInput["layers"][number];

const STATES = ["before: float", "after: compressed"];
const FRAME = { width: 126, height: 74, gap: 16 } as const;

/** Plots the weights of every layer before and after compression as small multiples. */
export function histogramPlot({ layers }: CompressionInput): Plot {
  const labels = layers.map(({ name, width }) => `${name} · ${width}`);
  return {
    name: "histograms",
    title: "Weights before and after",
    caption:
      "Every layer, batch norm folded, with its width. Across: weights, 1 is the layer's largest (its value stands in the table " +
      "of layers). Up: share of the weights, drawn as its square root to show the tails. Each channel has its own scale, so " +
      "that few levels a channel are many in a layer.",
    span: "full",
    spec: (widthPixels) => ({
      data: { values: layers.flatMap((layer, index) => binsOf(layer, labels[index])) },
      facet: {
        field: "layer",
        type: "nominal",
        sort: labels,
        header: { labelLimit: FRAME.width + FRAME.gap, labelFontSize: 10, labelPadding: 2 },
      },
      columns: Math.max(1, Math.floor((widthPixels - 50) / (FRAME.width + FRAME.gap))),
      bounds: "flush",
      spacing: { row: 30, column: FRAME.gap },
      spec: {
        width: FRAME.width,
        height: FRAME.height,
        encoding: {
          x: {
            field: "weight",
            type: "quantitative",
            title: null,
            scale: { domain: [-1, 1], nice: false },
            axis: { values: [-1, 0, 1], labelFontSize: 10 },
          },
          y: {
            field: "share",
            type: "quantitative",
            title: null,
            scale: { type: "sqrt", nice: false },
            axis: { format: "%", values: [0, 0.02, 0.1, 0.25, 0.5, 1], labelFontSize: 10 },
          },
          color: {
            field: "state",
            type: "nominal",
            scale: { domain: STATES, range: [COLOURS.muted, COLOURS.orange] },
            legend: { symbolType: "square" },
          },
        },
        layer: [
          {
            transform: [{ filter: `datum.state === '${STATES[0]}'` }],
            mark: { type: "area", interpolate: "step", opacity: 0.55 },
          },
          {
            transform: [{ filter: `datum.state === '${STATES[1]}'` }],
            mark: { type: "line", interpolate: "step", strokeWidth: 1.3 },
          },
        ],
      },
    }),
  };
}

function binsOf({ histogram: { before, after } }: Layer, layer: string) {
  return [before, after].flatMap((counts, state) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count, bin) => ({
      layer,
      state: STATES[state],
      weight: (2 * bin + 1) / counts.length - 1,
      share: total === 0 ? 0 : count / total,
    }));
  });
}
