import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import * as ops from "../../../../assembly/shared/ops.ts";
import { oneWindowModel } from "../models.ts";
import { type HostileCase, raise, u16, u32 } from "./hostile-case.ts";

export const NETWORK_CASES: readonly HostileCase[] = [
  ["MODEL_BAD_LAYER_COUNT", "no layer", ({ network }) => u16(network, layout.NETWORK_LAYER_COUNT_AT, 0)],
  [
    "MODEL_BAD_LAYER_COUNT",
    "a layer above the limit",
    ({ network }) => u16(network, layout.NETWORK_LAYER_COUNT_AT, limits.MAX_LAYERS + 1),
  ],
  ["MODEL_BAD_CLASS_COUNT", "one class", ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, 1)],
  [
    "MODEL_BAD_CLASS_COUNT",
    "a class above the limit",
    ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, limits.MAX_CLASSES + 1),
  ],
  ["MODEL_BAD_INPUT_CHANNELS", "two leads", ({ network }) => u16(network, layout.NETWORK_INPUT_CHANNELS_AT, 2)],
  ["MODEL_BAD_INPUT_TYPE", "int8 input", ({ network }) => u16(network, layout.NETWORK_INPUT_TYPE_AT, ops.TYPE_INT8)],
  ["MODEL_BAD_SAMPLE_RATE", "250 Hz", ({ network }) => u32(network, layout.NETWORK_SAMPLE_RATE_HZ_AT, 250)],
  ["MODEL_BAD_TICK", "no sample", ({ network }) => u32(network, layout.NETWORK_TICK_SAMPLES_AT, 0)],
  [
    "MODEL_BAD_TICK",
    "above the limit",
    ({ network }) => u32(network, layout.NETWORK_TICK_SAMPLES_AT, limits.MAX_TICK_SAMPLES + 8),
  ],
  ["MODEL_BAD_TICK", "no multiple of the stride", ({ network }) => raise(network, layout.NETWORK_TICK_SAMPLES_AT, 1)],
  [
    "MODEL_BAD_WINDOW",
    "no multiple of the tick",
    ({ network }) => raise(network, layout.NETWORK_WINDOW_SAMPLES_AT, 1),
    { from: oneWindowModel },
  ],
  [
    "MODEL_BAD_WINDOW",
    "2^31 samples",
    ({ network }) => u32(network, layout.NETWORK_WINDOW_SAMPLES_AT, 2 ** 31),
    { from: oneWindowModel },
  ],
  ["MODEL_BAD_LOOK_AHEAD", "a sample more", ({ network }) => raise(network, layout.NETWORK_LOOK_AHEAD_SAMPLES_AT, 1)],
  [
    "MODEL_BAD_LOGIT_BITS",
    "above the limit",
    ({ network }) => u32(network, layout.NETWORK_LOGIT_FRACTION_BITS_AT, limits.MAX_LOGIT_FRACTION_BITS + 1),
  ],
  ["MODEL_BAD_TOTAL_STRIDE", "twice as long", ({ network }) => u32(network, layout.NETWORK_TOTAL_STRIDE_AT, 16)],
];
