import { paretoFront } from "./pareto-front.ts";
import { KNOWN_KINDS, type ParetoPoint, paretoData } from "./pareto-points.ts";
import { COLOURS, FIT_WIDTH, type Layer, type Plot } from "./plot.ts";
import type { ReportInput } from "./report-input.ts";

/** Methods that lose more than this are left to the table: they would squeeze the others into a line. */
const LARGEST_DROP = 0.12;
/** Colours and shapes of KNOWN_KINDS, in their order. */
const LOOKS = [
  { colour: COLOURS.muted, shape: "circle" },
  { colour: COLOURS.muted, shape: "cross" },
  { colour: COLOURS.ink, shape: "triangle-down" },
  { colour: COLOURS.magenta, shape: "square" },
  { colour: COLOURS.green, shape: "triangle-up" },
  { colour: COLOURS.blue, shape: "triangle-right" },
  { colour: COLOURS.orange, shape: "diamond" },
  { colour: COLOURS.ink, shape: "circle" },
];
const OTHER = { colour: COLOURS.magenta, shape: "triangle-left" };
const ACCURACY = { field: "accuracy", type: "quantitative", title: "accuracy" } as const;
const BYTES = { field: "bytes", type: "quantitative" } as const;

/** Plots accuracy against file bytes, with the Pareto front and the float network as a line. */
export function paretoPlot(input: ReportInput): Plot {
  const { points, float, share } = paretoData(input);
  const { accuracy, accuracyInterval } = float.score;
  const shown = points.filter((point) => point.accuracy >= accuracy - LARGEST_DROP);
  const leftOut = points.length - shown.length;
  const kinds = [...new Set([...KNOWN_KINDS, ...points.map(({ kind }) => kind)])].filter((kind) =>
    shown.some((point) => point.kind === kind),
  );
  const looks = kinds.map((kind) => LOOKS[KNOWN_KINDS.indexOf(kind)] ?? OTHER);
  return {
    name: "pareto",
    title: "Accuracy against file bytes",
    caption:
      `On the ${float.score.records} records of the ${share} share, with 95 % intervals (Wilson). Line and band: the float network, ` +
      `${Math.round(float.bytes).toLocaleString("en-US")} B. Dashed: the Pareto front.` +
      (leftOut > 0
        ? ` ${leftOut} of ${points.length} are more than 12 points below float, and in the table alone.`
        : ""),
    span: "full",
    spec: (widthPixels) => ({
      width: widthPixels,
      height: widthPixels < 500 ? 300 : 380,
      autosize: FIT_WIDTH,
      layer: [
        ...floatLayers(accuracy, accuracyInterval),
        frontLayer(shown),
        { data: { values: shown.filter(({ kind }) => kind !== KNOWN_KINDS[1]) }, ...INTERVALS },
        {
          data: { values: shown },
          mark: { type: "point", filled: true, size: 70, opacity: 0.95 },
          encoding: {
            x: { ...BYTES, title: "model file, bytes", scale: bytesScale(shown), axis: { format: "~s", tickCount: 6 } },
            y: ACCURACY,
            color: {
              field: "kind",
              type: "nominal",
              scale: { domain: kinds, range: looks.map(({ colour }) => colour) },
              legend: { columns: widthPixels < 500 ? 2 : 4 },
            },
            shape: { field: "kind", type: "nominal", scale: { domain: kinds, range: looks.map(({ shape }) => shape) } },
          },
        },
        {
          data: { values: shown.filter(({ mark }) => mark !== "") },
          mark: { type: "text", align: "left", dx: 7, dy: -7, fontSize: 10 },
          encoding: { x: BYTES, y: ACCURACY, text: { field: "mark" } },
        },
      ],
    }),
  };
}

const INTERVALS: Layer = {
  mark: { type: "rule", opacity: 0.3, color: COLOURS.ink },
  encoding: { x: BYTES, y: { field: "low", type: "quantitative", title: "accuracy" }, y2: { field: "high" } },
};

function bytesScale(points: readonly ParetoPoint[]) {
  const bytes = points.map((point) => point.bytes);
  return { type: "log" as const, domain: [Math.min(...bytes) / 1.08, Math.max(...bytes) * 1.12], nice: false };
}

function floatLayers(accuracy: number, [low, high]: readonly [number, number]): Layer[] {
  const y = {
    datum: accuracy,
    type: "quantitative",
    title: "accuracy",
    scale: { zero: false },
    axis: { format: ".0%", tickCount: 6 },
  } as const;
  return [
    {
      data: { values: [{ low, high }] },
      mark: { type: "rect", color: COLOURS.blue, opacity: 0.1 },
      encoding: { y: { field: "low", type: "quantitative", title: "accuracy" }, y2: { field: "high" } },
    },
    { data: { values: [{}] }, mark: { type: "rule", color: COLOURS.blue }, encoding: { y } },
  ];
}

function frontLayer(points: readonly ParetoPoint[]): Layer {
  return {
    data: { values: paretoFront(points).map(({ bytes, accuracy }) => ({ bytes, accuracy })) },
    mark: { type: "line", interpolate: "step-after", strokeDash: [5, 4], color: COLOURS.muted, strokeWidth: 1.2 },
    encoding: { x: BYTES, y: ACCURACY },
  };
}
