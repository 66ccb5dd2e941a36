import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OP_AVERAGE_POOL, OP_CONV1D, OP_DENSE, OP_WINDOW, TYPE_INT13, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { conv1d } from "./conv1d.ts";
import { COPY } from "./copy-layer.ts";
import type { Layer } from "./layer.ts";
import { runNetwork } from "./network.ts";
import { makeRows, type Rows } from "./rows.ts";
import { cutSequences } from "./window.ts";

/** The first sample of every other column, in sequences of 4 rows. */
const STEM: Layer = { ...COPY, stride: 2, outType: TYPE_INT13 };
const WINDOW: Layer = { ...COPY, op: OP_WINDOW, inputA: 1, kernel: 4, stride: 3, padLeft: 2, outType: TYPE_INT13 };
const BESIDE: Layer = {
  ...COPY,
  ...{ op: OP_CONV1D, inputA: 2, kernel: 3, padLeft: 1, padRight: 1, outType: TYPE_INT13 },
  weights: Int32Array.of(1, 10, 100),
};
const MEAN: Layer = {
  ...COPY,
  ...{ op: OP_AVERAGE_POOL, inputA: 3, kernel: 4, stride: 4, outType: TYPE_INT13 },
  multipliers: Int32Array.from([1, 2, 3, 4], (count) => Math.round(2 ** 30 / count)),
};
const LOGITS: Layer = {
  ...COPY,
  ...{ op: OP_DENSE, inputA: 4, outChannels: 2, outType: TYPE_INT16 },
  weights: Int32Array.of(1, -1),
  multipliers: Int32Array.of(2 ** 30, 2 ** 30),
  biases: Int32Array.of(0, 0),
};
const NETWORK = { windowSamples: 0, logitFractionBits: 8, layers: [STEM, WINDOW, BESIDE, MEAN, LOGITS] };

const rowsOf = (x: Rows) => [...x.values];

describe("sequences", () => {
  it("are the rows that an average pool would average", () => {
    const cut = (rows: number) =>
      cutSequences(
        WINDOW,
        makeRows(rows, 1, TYPE_INT13, (row) => row + 1),
      ).map(rowsOf);
    expect(cut(0)).toEqual([]);
    expect(cut(1)).toEqual([[1]]);
    expect(cut(7)).toEqual([
      [1, 2],
      [2, 3, 4, 5],
    ]);
    expect(cut(8)).toEqual([
      [1, 2],
      [2, 3, 4, 5],
      [5, 6, 7, 8],
    ]);
  });

  it("have zeros around them, one row of means and a decision each", () => {
    const samples = Int16Array.from({ length: 11 }, (_, at) => (at % 2 === 0 ? at / 2 + 1 : 999));
    const { windows, decisions } = runNetwork(NETWORK, samples);
    const [stem, cut, beside, mean] = windows[0];
    expect(rowsOf(stem)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rowsOf(cut)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(rowsOf(beside)).toEqual([210, 21, 320, 432, 543, 54]);
    expect(rowsOf(mean)).toEqual([116, 337]);
    expect(decisions).toEqual([
      { sample: 4, classIndex: 0, logits: [116, -116] },
      { sample: 10, classIndex: 0, logits: [337, -337] },
    ]);
  });

  it("give a record shorter than the warm-up one decision, and none to an empty one", () => {
    expect(runNetwork(NETWORK, Int16Array.of(7)).decisions).toEqual([{ sample: 1, classIndex: 0, logits: [70, -70] }]);
    const { decisions, layerCrcs } = runNetwork(NETWORK, new Int16Array(0));
    expect([decisions, layerCrcs]).toEqual([[], [0, 0, 0, 0, 0]]);
  });

  it("of one window are the window", () => {
    const layers = [STEM, { ...WINDOW, stride: 4, padLeft: 0 }, BESIDE, MEAN, LOGITS];
    const { decisions } = runNetwork(
      { ...NETWORK, windowSamples: 8, layers },
      Int16Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5),
    );
    expect(decisions.map(({ sample, logits }) => [sample, logits[0]])).toEqual([
      [8, Math.round((210 + 321 + 432 + 43) / 4)],
      [9, Math.round((50 + 5) / 4)],
    ]);
  });
});

it("a grouped conv is as many convs on their own channels", () => {
  const shape = fc.record({
    groups: fc.integer({ min: 2, max: 5 }),
    inPerGroup: fc.integer({ min: 1, max: 4 }),
    outPerGroup: fc.integer({ min: 1, max: 4 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    rows: fc.integer({ min: 5, max: 12 }),
  });
  fc.assert(
    fc.property(shape, fc.infiniteStream(fc.integer({ min: -127, max: 127 })), (sizes, stream) => {
      const { groups, inPerGroup, outPerGroup, kernel, rows } = sizes;
      const next = () => stream.next().value as number;
      const x = makeRows(rows, groups * inPerGroup, TYPE_INT13, next);
      const fanIn = kernel * inPerGroup;
      const layer: Layer = {
        ...COPY,
        ...{ kernel, groups, inChannels: groups * inPerGroup, outChannels: groups * outPerGroup, outType: TYPE_INT16 },
        multipliers: new Int32Array(groups * outPerGroup).fill(2 ** 29),
        biases: Int32Array.from({ length: groups * outPerGroup }, next),
        weights: Int32Array.from({ length: groups * outPerGroup * fanIn }, next),
      };
      const whole = conv1d(layer, x);
      for (let group = 0; group < groups; group++) {
        const first = group * outPerGroup;
        const part = conv1d(
          {
            ...layer,
            ...{ groups: 1, inChannels: inPerGroup, outChannels: outPerGroup },
            biases: layer.biases.subarray(first),
            weights: layer.weights.subarray(first * fanIn),
          },
          makeRows(rows, inPerGroup, TYPE_INT13, (row, c) => x.values[row * x.channels + group * inPerGroup + c]),
        );
        const own = makeRows(
          whole.rows,
          outPerGroup,
          TYPE_INT16,
          (row, c) => whole.values[row * whole.channels + first + c],
        );
        expect(part).toEqual(own);
      }
    }),
  );
});
