import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ACTIVATION_NONE,
  ACTIVATION_RELU,
  GRID_MID_RISE,
  GRID_MID_TREAD,
  GRID_TERNARY,
  OP_AVERAGE_POOL,
  OP_CONV1D,
  OP_DEPTHWISE_CONV1D,
  TYPE_INT8,
  TYPE_INT16,
} from "../../assembly/shared/ops.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";
import { averagePool } from "./average-pool.ts";
import { conv1d } from "./conv1d.ts";
import { COPY } from "./copy-layer.ts";
import { decisionEnds } from "./decision-ends.ts";
import { decodeTile } from "./decode-weights.ts";
import { depthwiseConv1d } from "./depthwise-conv1d.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { crcOfRows, makeRows } from "./rows.ts";

const ramp = (rows: number) => makeRows(rows, 1, TYPE_INT8, (row) => row + 1);

describe("reference", () => {
  it("requantises as CMSIS-NN's single rounding wherever that fits its 32 bits", () => {
    const value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const multiplier = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(value, multiplier, fc.integer({ min: 1, max: 62 }), (v, m, shift) => {
        const halved = (BigInt(v) * BigInt(m)) >> BigInt(shift - 1);
        fc.pre(halved >= -(2n ** 31n) && halved < 2n ** 31n - 1n);
        expect(requantize(v, m, shift)).toBe((Number(halved) + 1) >> 1);
      }),
      { numRuns: draws(2000) },
    );
  });

  it("rounds halves up on both sides of zero", () => {
    expect([-3, -1, 1, 3].map((halves) => requantize(halves, 1, 1))).toEqual([-1, 0, 1, 2]);
  });

  it("pads a conv with zero rows on the left and the right", () => {
    const layer = { ...COPY, kernel: 3, padLeft: 2, padRight: 1, weights: Int32Array.of(1, 10, 20) };
    expect([...conv1d(layer, ramp(3)).values]).toEqual([20, 50, 81, 32]);
  });

  it("strides and dilates", () => {
    const layer = { ...COPY, kernel: 2, stride: 2, dilation: 3, weights: Int32Array.of(1, 10) };
    expect([...conv1d(layer, ramp(8)).values]).toEqual([41, 63, 85]);
  });

  it("convolves channels by themselves as a conv whose weights between two channels are zero", () => {
    const shapes = fc.record({
      channels: fc.integer({ min: 1, max: 12 }),
      kernel: fc.integer({ min: 1, max: 9 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      padLeft: fc.nat(8),
      padRight: fc.nat(8),
      rows: fc.nat(30),
      activation: fc.constantFrom(ACTIVATION_NONE, ACTIVATION_RELU),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, ({ channels, rows, seed, ...shape }) => {
        const { kernel } = shape;
        const random = new SeededRandom(seed);
        const int8 = () => random.integer(255) - 127;
        const layer: Layer = {
          ...COPY,
          ...shape,
          op: OP_DEPTHWISE_CONV1D,
          inChannels: channels,
          outChannels: channels,
          shift: 40,
          multipliers: Int32Array.from({ length: channels }, () => random.integer(2 ** 31)),
          biases: Int32Array.from({ length: channels }, () => 100 * int8()),
          weights: Int32Array.from({ length: channels * kernel }, int8),
        };
        const full = new Int32Array(channels * kernel * channels);
        layer.weights.forEach((weight, at) => {
          const channel = Math.floor(at / kernel);
          full[at * channels + channel] = weight;
        });
        const x = makeRows(rows, channels, TYPE_INT8, int8);
        expect(depthwiseConv1d(layer, x)).toEqual(conv1d({ ...layer, op: OP_CONV1D, weights: full }, x));
      }),
    );
  });

  it("averages what there is until the window is full, and a short record once", () => {
    const layer = {
      ...COPY,
      op: OP_AVERAGE_POOL,
      kernel: 4,
      stride: 1,
      padLeft: 2,
      shift: 20,
      multipliers: Int32Array.from([1, 2, 3, 4], (count) => Math.round(2 ** 20 / count)),
    };
    expect(decisionEnds(layer, 5)).toEqual([2, 3, 4, 5]);
    expect([...averagePool(layer, ramp(5)).values]).toEqual([2, 2, 3, 4]);
    expect(decisionEnds(layer, 1)).toEqual([1]);
    expect(decisionEnds(layer, 0)).toEqual([]);
  });

  it("decodes each grid's extremes", () => {
    expect(decodeTile(Uint8Array.of(0b0111_1001), 2, 1, 4, GRID_MID_TREAD)).toEqual([-7, 7]);
    expect(decodeTile(Uint8Array.of(0b11_10_01_00), 2, 2, 2, GRID_MID_RISE)).toEqual([-3, -1, 1, 3]);
  });

  it("decodes ternary weights five of a lane to a byte, lane beside lane", () => {
    const tile = Uint8Array.of(0 + 1 * 3 + 2 * 9, 242, 2, 0);
    expect(decodeTile(tile, 6, 2, 2, GRID_TERNARY)).toEqual([-1, 1, 0, 1, 1, 1, -1, 1, -1, 1, 1, -1]);
  });

  it("checks rows by the CRC-32 of their little-endian bytes", () => {
    const digits = makeRows(9, 1, TYPE_INT8, (row) => "123456789".charCodeAt(row));
    expect(crcOfRows([digits])).toBe(0xcbf43926);
    const pairs = makeRows(1, 4, TYPE_INT16, (_, at) => 0x3231 + 0x202 * at);
    expect(crcOfRows([pairs, makeRows(1, 1, TYPE_INT8, () => 0x39)])).toBe(0xcbf43926);
    expect(crcOfRows([])).toBe(0);
  });
});
