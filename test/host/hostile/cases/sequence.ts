import * as layout from "../../../../assembly/shared/layout.ts";
import * as ops from "../../../../assembly/shared/ops.ts";
import type { ModelEditor } from "../model-editor.ts";
import { TRANSFORMER_LAYERS, transformerModel } from "../models.ts";
import { type HostileCase, raise, u8, u16, u32 } from "./hostile-case.ts";

const { conv, streamNorm, window, grouped, attention, pool, dense } = TRANSFORMER_LAYERS;

/** Faults that only networks with sequences can have. */
export const SEQUENCE_CASES: readonly HostileCase[] = (
  [
    ["LAYER_BAD_ACTIVATION", "a table on an attention", (m) => u8(m.layer(attention), layout.LAYER_ACTIVATION_AT, 2)],
    ["LAYER_BAD_SHIFT", "7 in a norm", (m) => u8(m.layer(streamNorm), layout.LAYER_SHIFT_AT, 7)],
    ["LAYER_BAD_SHIFT", "40 in a norm", (m) => u8(m.layer(streamNorm), layout.LAYER_SHIFT_AT, 40)],
    ["LAYER_BAD_SHIFT", "1 in a window", (m) => u8(m.layer(window), layout.LAYER_SHIFT_AT, 1)],
    ["LAYER_BAD_OUT_TYPE", "a table's int8", (m) => u8(m.layer(conv), layout.LAYER_OUT_TYPE_AT, ops.TYPE_INT8)],
    ["LAYER_BAD_ACTIVATION", "a table's shift", (m) => u8(m.layer(conv), layout.LAYER_TABLE_SHIFT_AT, 8)],
    ["LAYER_BAD_ACTIVATION", "a shift, no table", (m) => u8(m.layer(attention), layout.LAYER_TABLE_SHIFT_AT, 1)],
    ["LAYER_BAD_OUT_TYPE", "type 4", (m) => u8(m.layer(grouped), layout.LAYER_OUT_TYPE_AT, 4)],
    ["LAYER_BAD_INPUT", "values to come", (m) => u16(m.layer(attention), layout.LAYER_INPUT_C_AT, attention + 1)],
    ["LAYER_BAD_INPUT", "a norm with values", (m) => u16(m.layer(streamNorm), layout.LAYER_INPUT_C_AT, 1)],
    ["LAYER_BAD_INPUT", "queries of the record", (m) => u16(m.layer(attention), layout.LAYER_INPUT_A_AT, 0)],
    ["LAYER_BAD_GROUPS", "5 of 16 channels", (m) => u16(m.layer(grouped), layout.LAYER_GROUPS_AT, 5)],
    ["LAYER_BAD_GROUPS", "one group", (m) => u16(m.layer(grouped), layout.LAYER_GROUPS_AT, 1)],
    ["LAYER_BAD_GROUPS", "no head", (m) => u16(m.layer(attention), layout.LAYER_GROUPS_AT, 0)],
    ["LAYER_BAD_GROUPS", "3 heads of 16 channels", (m) => u16(m.layer(attention), layout.LAYER_GROUPS_AT, 3)],
    ["LAYER_BAD_GROUPS", "groups of a norm", (m) => u16(m.layer(streamNorm), layout.LAYER_GROUPS_AT, 2)],
    ["LAYER_BAD_EPSILON", "none in a norm", (m) => u32(m.layer(streamNorm), layout.LAYER_EPSILON_AT, 0)],
    ["LAYER_BAD_EPSILON", "2^31", (m) => u32(m.layer(streamNorm), layout.LAYER_EPSILON_AT, 2 ** 31)],
    ["LAYER_BAD_EPSILON", "a conv's", (m) => u32(m.layer(grouped), layout.LAYER_EPSILON_AT, 1)],
    ["LAYER_BAD_SEQUENCE", "a group norm in the stream", groupNormInStream],
    ["LAYER_BAD_SEQUENCE", "a conv that loses rows", (m) => u16(m.layer(grouped), layout.LAYER_PAD_RIGHT_AT, 0)],
    ["LAYER_BAD_SEQUENCE", "a window longer than the pool", (m) => u16(m.layer(window), layout.LAYER_KERNEL_AT, 7)],
    ["LAYER_BAD_SEQUENCE", "a layer that reads the stream", (m) => u16(m.layer(grouped), layout.LAYER_INPUT_A_AT, 2)],
    ["LAYER_BAD_HEAD", "a pool that hops within", (m) => u16(m.layer(pool), layout.LAYER_STRIDE_AT, 1)],
    [
      "LAYER_BAD_HEAD",
      "a dense layer that reads the sequence",
      (m) => u16(m.layer(dense), layout.LAYER_INPUT_A_AT, pool),
    ],
    ["LAYER_BAD_MULTIPLIER", "below 0", (m) => u32(scores(m), layout.REQUANTIZATION_MULTIPLIER_AT, 2 ** 31)],
    ["LAYER_BAD_BIAS", "on scores", (m) => u32(scores(m), layout.REQUANTIZATION_BIAS_AT, 1)],
    ["LAYER_BAD_ROW_FORM", "narrow rows of a norm", (m) => u8(m.layer(streamNorm), layout.LAYER_ROW_FORM_AT, 1)],
    ["LAYER_BAD_ROW_FORM", "a narrow row of scores", (m) => u8(m.layer(attention), layout.LAYER_ROW_FORM_AT, 1)],
    [
      "MODEL_RESERVED_NOT_ZERO",
      "behind a table",
      (m) => u8(m.table(m.layer(conv)), layout.ACTIVATION_TABLE_BYTES - 1, 1),
    ],
    [
      "PLAN_BAD_CAPACITY",
      "a window that keeps too few",
      (m) => raise(m.plan(window + 1), layout.PLAN_KEPT_ROWS_AT, -1),
    ],
    ["PLAN_BAD_CAPACITY", "no room for the zeros", (m) => loseRow(m, window + 1)],
    ["PLAN_BAD_CAPACITY", "no room for a sequence", (m) => raise(m.plan(attention), layout.PLAN_CAPACITY_ROWS_AT, -1)],
    ["PLAN_BAD_OFFSET", "a window that moves", (m) => raise(m.plan(window + 1), layout.PLAN_KEPT_OFFSET_AT, 16)],
    ["PLAN_BAD_OFFSET", "keys where values lie", valuesOverKeys],
  ] satisfies HostileCase[]
).map(([code, what, edit]): HostileCase => [code, `${what} (sequences)`, edit, { from: transformerModel }]);

function groupNormInStream(model: ModelEditor): void {
  u8(model.layer(streamNorm), layout.LAYER_OP_AT, ops.OP_GROUP_NORM);
}

/** The one requantisation row of the attention. */
function scores(model: ModelEditor): DataView {
  return model.requantization(model.layer(attention));
}

function loseRow(model: ModelEditor, tensor: number): void {
  raise(model.plan(tensor), layout.PLAN_CAPACITY_ROWS_AT, -1);
  raise(model.plan(tensor), layout.PLAN_KEPT_ROWS_AT, -1);
}

function valuesOverKeys(model: ModelEditor): void {
  const keys = model.layer(attention).getUint16(layout.LAYER_INPUT_B_AT, true);
  const values = model.layer(attention).getUint16(layout.LAYER_INPUT_C_AT, true);
  u32(model.plan(values), layout.PLAN_OFFSET_AT, model.plan(keys).getUint32(layout.PLAN_OFFSET_AT, true));
}
