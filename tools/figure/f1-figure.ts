import { type Axis, logAxis, shareAxis } from "./axis.ts";
import { element, line, text } from "./svg.ts";

/** A model's place in the figure. */
export interface FigurePoint {
  /** Points of a family share colour, shape and line. */
  readonly family: string;
  /** Text at the point: "float", "8", "ternary", "LAQ 3.1". */
  readonly width: string;
  readonly f1: number;
  readonly f1Ci95: readonly [number, number];
  readonly bytes: number;
  readonly macsPerSecond: number;
}

const WIDTH = 1120;
const HEIGHT = 560;
const TOP = 88;
const BOTTOM = 490;
const PANELS = [
  { left: 76, right: 576 },
  { left: 640, right: 1100 },
] as const;
/** Okabe and Ito's colours: told apart by every kind of eye. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const SHAPES = ["circle", "square", "triangle", "diamond"] as const;
/** Points of a family do the same work a second: they stand side by side. */
const SIDE_STEP = 11;
const INSET = 20;

/**
 * Draws F1 with its 95 % interval against bytes (left) and against multiply-accumulates a second (right), an SVG document.
 * Throws RangeError where there is no point.
 */
export function f1Figure(points: readonly FigurePoint[], title: string): string {
  if (points.length === 0) throw new RangeError("a figure needs one model or more");
  const families = [...new Set(points.map(({ family }) => family))];
  const f1Axis = shareAxis(
    points.flatMap(({ f1, f1Ci95 }) => [f1, ...f1Ci95]),
    BOTTOM,
    TOP,
  );
  const [byBytes, byMacs] = PANELS;
  const mostOfAFamily = Math.max(...families.map((name) => points.filter(({ family }) => family === name).length));
  const bytesAxis = logAxis(
    points.map(({ bytes }) => bytes),
    byBytes.left,
    byBytes.right,
    INSET,
  );
  const macsAxis = logAxis(
    points.map(({ macsPerSecond }) => macsPerSecond),
    byMacs.left,
    byMacs.right,
    INSET + (SIDE_STEP * mostOfAFamily) / 2,
  );
  const series = families.map((family, index) => {
    const own = points.filter((point) => point.family === family).sort((a, b) => b.bytes - a.bytes);
    return [
      drawSeries(
        own.map((point) => ({ x: bytesAxis.at(point.bytes), ...point })),
        f1Axis,
        index,
      ),
      drawSeries(
        own.map((point, i) => ({
          x: macsAxis.at(point.macsPerSecond) + SIDE_STEP * (i - (own.length - 1) / 2),
          ...point,
        })),
        f1Axis,
        index,
      ),
    ].join("");
  });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      "font-family": "sans-serif",
      "font-size": 13,
    },
    element("title", {}, title.replaceAll("&", "&amp;").replaceAll("<", "&lt;")),
    element("rect", { width: WIDTH, height: HEIGHT, fill: "white" }),
    text(byBytes.left, 26, title, { "font-size": 16, "font-weight": "bold" }),
    drawLegend(families),
    drawFrame(byBytes, bytesAxis, f1Axis, "size of the model file, bytes (float: 4 a parameter)", countText),
    drawFrame(byMacs, macsAxis, f1Axis, "multiply-accumulates a second (one family side by side)", countText),
    text(22, (TOP + BOTTOM) / 2, "F1, bars: 95 % interval", {
      transform: `rotate(-90 22 ${(TOP + BOTTOM) / 2})`,
      "text-anchor": "middle",
    }),
    ...series,
  );
}

function drawFrame(
  { left, right }: { left: number; right: number },
  axis: Axis,
  f1Axis: Axis,
  label: string,
  write: (value: number) => string,
): string {
  const grid = { stroke: "#dddddd" };
  return [
    ...f1Axis.ticks.map((tick) => line(left, f1Axis.at(tick), right, f1Axis.at(tick), grid)),
    ...f1Axis.ticks.map((tick) => text(left - 8, f1Axis.at(tick) + 4, tick.toFixed(2), { "text-anchor": "end" })),
    ...axis.ticks.map((tick) => line(axis.at(tick), TOP, axis.at(tick), BOTTOM, grid)),
    ...axis.ticks.map((tick) => text(axis.at(tick), BOTTOM + 20, write(tick), { "text-anchor": "middle" })),
    element("rect", {
      x: left,
      y: TOP,
      width: right - left,
      height: BOTTOM - TOP,
      fill: "none",
      stroke: "#666666",
    }),
    text((left + right) / 2, BOTTOM + 46, label, { "text-anchor": "middle" }),
  ].join("");
}

/** @param own from the largest file to the smallest */
function drawSeries(own: readonly (FigurePoint & { readonly x: number })[], f1Axis: Axis, index: number): string {
  const colour = COLOURS[index % COLOURS.length];
  const path = own.map(({ x, f1 }) => `${x.toFixed(1)},${f1Axis.at(f1).toFixed(1)}`).join(" ");
  return [
    element("polyline", { points: path, fill: "none", stroke: colour, "stroke-opacity": 0.4 }),
    ...own.flatMap(({ x, f1, f1Ci95: [low, high], width }) => [
      line(x, f1Axis.at(low), x, f1Axis.at(high), { stroke: colour, "stroke-opacity": 0.5 }),
      marker(x, f1Axis.at(f1), index),
      text(x + 4, f1Axis.at(high) - 4, width, {
        "font-size": 11,
        fill: colour,
        transform: `rotate(-60 ${x + 4} ${f1Axis.at(high) - 4})`,
      }),
    ]),
  ].join("");
}

function drawLegend(families: readonly string[]): string {
  const step = 200;
  return families
    .map((family, index) => {
      const [x, y] = [PANELS[0].left + 8 + step * (index % 5), 52 + 20 * Math.floor(index / 5)];
      return marker(x, y, index) + text(x + 12, y + 4, family);
    })
    .join("");
}

function marker(x: number, y: number, index: number): string {
  const fill = COLOURS[index % COLOURS.length];
  switch (SHAPES[index % SHAPES.length]) {
    case "circle":
      return element("circle", { cx: x, cy: y, r: 5, fill });
    case "square":
      return element("rect", { x: x - 4.5, y: y - 4.5, width: 9, height: 9, fill });
    case "triangle":
      return element("path", { d: `M${x} ${y - 6}L${x + 6} ${y + 5}H${x - 6}Z`, fill });
    case "diamond":
      return element("path", { d: `M${x} ${y - 6.5}L${x + 6} ${y}L${x} ${y + 6.5}L${x - 6} ${y}Z`, fill });
  }
}

/** Writes 20000 as "20 k" and 5000000 as "5 M". */
function countText(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}
