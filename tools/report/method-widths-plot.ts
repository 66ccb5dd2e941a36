import { bitsPerWeight } from "../quantize/width.ts";
import { LAYER_ROWS, LAYER_STEP } from "./layer-rows.ts";
import { COLOURS, type Plot } from "./plot.ts";
import type { StudyInput } from "./report-input.ts";

/** Opacity of the widest width's shade: the number on it stays readable in both themes. */
const STRONGEST = 0.62;

/** Plots the widths that each method of a study chose, without uniform and random methods: these choose nothing for a layer. */
export function methodWidthsPlot({ methods }: StudyInput): Plot | null {
  const chosen = methods.filter(({ name }) => name !== "uniform" && name !== "random");
  if (chosen.length === 0) return null;
  const values = chosen.flatMap(({ label, widths }) =>
    Object.entries(widths).map(([layer, width]) => ({
      layer,
      method: label,
      width: width === "ternary" ? "t" : String(width),
      shade: (STRONGEST * bitsPerWeight(width)) / 8,
    })),
  );
  return {
    name: "method-widths",
    title: "Widths by method",
    caption: "Bits a weight that each method chose for each layer, t: ternary.",
    span: "half",
    spec: (widthPixels) => ({
      width: { step: Math.max(18, Math.min(56, (widthPixels - 120) / chosen.length)) },
      height: { step: LAYER_STEP + 2 },
      data: { values },
      encoding: {
        y: LAYER_ROWS,
        x: {
          field: "method",
          type: "nominal",
          sort: null,
          title: null,
          axis: {
            orient: "top",
            labelAngle: -90,
            labelAlign: "left",
            labelBaseline: "middle",
            labelLimit: 400,
            ticks: false,
          },
        },
      },
      layer: [
        {
          mark: { type: "rect", color: COLOURS.blue },
          encoding: { opacity: { field: "shade", type: "quantitative", scale: null } },
        },
        { mark: { type: "text", fontSize: 10 }, encoding: { text: { field: "width" } } },
      ],
    }),
  };
}
