import type { TopLevelSpec } from "vega-lite";
import { DataError } from "../files/data-error.ts";

/** A drawing in Vega-Lite's grammar, for a width that it has to itself. */
export interface Plot {
  /** Name of its SVG file, without the ending. */
  readonly name: string;
  readonly title: string;
  /** Help for the reader of the drawing. */
  readonly caption: string;
  /** Width on a wide page: half of it or all. */
  readonly span: "half" | "full";
  spec(widthPixels: number): TopLevelSpec;
}

/** One of several drawings that lie over each other in a frame. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

/** Sizing of a drawing with one frame: the axes take their room from its width. */
export const FIT_WIDTH = { type: "fit-x", contains: "padding" } as const;

/** Draws an SVG document. */
export type Draw = (spec: TopLevelSpec) => Promise<string>;

/** Colours are the page's variables, with the light theme's where a drawing stands alone. */
export const COLOURS = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  grid: "var(--grid)",
  blue: "var(--blue)",
  orange: "var(--orange)",
  green: "var(--green)",
  magenta: "var(--magenta)",
} as const;

const CONFIG: TopLevelSpec["config"] = {
  background: "none",
  font: "system-ui, sans-serif",
  padding: 4,
  view: { stroke: COLOURS.grid },
  axis: {
    labelColor: COLOURS.ink,
    titleColor: COLOURS.ink,
    gridColor: COLOURS.grid,
    domainColor: COLOURS.muted,
    tickColor: COLOURS.muted,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    titlePadding: 6,
    labelLimit: 150,
  },
  header: { labelColor: COLOURS.ink, labelFontSize: 11, title: null, labelLimit: 220 },
  legend: {
    labelColor: COLOURS.ink,
    titleColor: COLOURS.ink,
    labelFontSize: 11,
    orient: "top",
    title: null,
    labelLimit: 220,
  },
  text: { color: COLOURS.ink, fontSize: 11 },
};

/** Width of a letter as a share of the font size: nothing measures text here, and the library's own guess, 0.8, is too wide. */
const LETTER_WIDTH = 0.62;

/**
 * Loads the drawing libraries. Throws DataError where the optional packages are missing. No drawing may have rounded bars: the library
 * clips them by names that it numbers on from one drawing to the next.
 */
export async function loadDraw(): Promise<Draw> {
  const [vega, { compile }] = await loadLibraries();
  const { textMetrics } = vega as unknown as { textMetrics: object };
  Object.assign(textMetrics, { width: letterWidths });
  return async (spec) => {
    const { spec: parsed } = compile({ ...spec, config: CONFIG }, { logger: vega.logger(vega.Error) });
    return new vega.View(vega.parse(parsed), { renderer: "none" }).toSVG();
  };
}

/** Estimates the width of an item of the scene, of its own text or of the given text, as the library asks for it. */
function letterWidths(
  item: { readonly fontSize?: number; readonly text?: unknown },
  text: unknown = item.text,
): number {
  return LETTER_WIDTH * (item.fontSize ?? 11) * String(text ?? "").length;
}

async function loadLibraries() {
  try {
    return await Promise.all([import("vega"), import("vega-lite")]);
  } catch {
    throw new DataError(
      "a report is drawn with the optional packages vega and vega-lite, which are not installed: npm install vega vega-lite",
    );
  }
}
