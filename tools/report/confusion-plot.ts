import { COLOURS, type Plot } from "./plot.ts";
import type { ShareComparison } from "./report-input.ts";

/** Opacity of the strongest shade: the count on it stays readable in both themes. */
const STRONGEST = 0.62;

const LARGEST_CELL = 50;
/** Room between panels, for the axis of the next panel. */
const GAP = 44;

/** Plots the confusion matrices of the float and the compressed network on each share. */
export function confusionPlot(classes: readonly string[], shares: Readonly<Record<string, ShareComparison>>): Plot {
  const panels = Object.entries(shares).flatMap(([share, { float, compressed }]) => [
    { panel: `${share}, float`, confusion: float.confusion },
    { panel: `${share}, compressed`, confusion: compressed.confusion },
  ]);
  const values = panels.flatMap(({ panel, confusion }) => cellsOf(panel, confusion, classes));
  return {
    name: "confusion",
    title: "Confusion matrices",
    caption: "Records, by true class (rows) and decision (columns); the shade is the share of the row.",
    span: "full",
    spec: (widthPixels) => {
      const columns = widthPixels < 600 ? 2 : Math.min(4, panels.length);
      const side = Math.min(LARGEST_CELL, (widthPixels - (columns + 1) * GAP) / columns / classes.length);
      return {
        data: { values },
        facet: { field: "panel", type: "nominal", sort: panels.map(({ panel }) => panel) },
        columns,
        bounds: "flush",
        spacing: { row: 76, column: GAP },
        spec: {
          width: { step: side },
          height: { step: side },
          encoding: {
            x: {
              field: "decision",
              sort: [...classes],
              title: "decision",
              axis: { labelAngle: 0, ticks: false, titlePadding: 6 },
            },
            y: { field: "truth", sort: [...classes], title: "true class", axis: { ticks: false, titlePadding: 8 } },
          },
          layer: [
            {
              mark: { type: "rect", color: COLOURS.blue },
              encoding: { opacity: { field: "shade", type: "quantitative", scale: null } },
            },
            {
              mark: { type: "text", fontSize: side < 30 ? 9 : 11 },
              encoding: { text: { field: "records", type: "quantitative" } },
            },
          ],
        },
        resolve: { axis: { x: "independent", y: "independent" } },
      };
    },
  };
}

function cellsOf(panel: string, confusion: readonly (readonly number[])[], classes: readonly string[]) {
  return confusion.flatMap((row, truth) => {
    const total = row.reduce((sum, records) => sum + records, 0);
    return row.map((records, decision) => ({
      panel,
      truth: classes[truth],
      decision: classes[decision],
      records,
      shade: total === 0 ? 0 : (STRONGEST * records) / total,
    }));
  });
}
