import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import type { ModelEditor } from "../model-editor.ts";
import { type HostileCase, raise, u32 } from "./hostile-case.ts";

/** Memory plan, budget and golden vectors. */
export const PLAN_CASES: readonly HostileCase[] = [
  ["PLAN_BAD_OFFSET", "overlapping tensors", (m) => u32(m.plan(1), layout.PLAN_OFFSET_AT, 0)],
  ["PLAN_BAD_OFFSET", "no multiple of 16", (m) => raise(m.plan(1), layout.PLAN_OFFSET_AT, 8)],
  ["PLAN_BAD_OFFSET", "2^32 - 16", (m) => u32(m.plan(1), layout.PLAN_OFFSET_AT, 2 ** 32 - 16)],
  ["PLAN_BAD_OFFSET", "the input in two places", (m) => raise(m.plan(0), layout.PLAN_KEPT_OFFSET_AT, 16)],
  ["PLAN_BAD_OFFSET", "kept rows at no multiple of 16", (m) => raise(m.plan(1), layout.PLAN_KEPT_OFFSET_AT, 8)],
  ["PLAN_BAD_OFFSET", "kept rows of two tensors in one place", (m) => keepWhere(m, 2, 1, layout.PLAN_KEPT_OFFSET_AT)],
  ["PLAN_BAD_OFFSET", "kept rows where another tensor's rows lie", (m) => keepWhere(m, 2, 4, layout.PLAN_OFFSET_AT)],
  ["PLAN_BAD_OFFSET", "kept rows within the tensor's own rows", (m) => keepWhere(m, 2, 2, layout.PLAN_OFFSET_AT, 16)],
  ["PLAN_BAD_OFFSET", "rows of a residual's two branches in one place", (m) => placeLike(m, 5, 4)],
  ["PLAN_BAD_OFFSET", "the head's row where its input lies", (m) => placeLike(m, 7, 6)],
  ["PLAN_BAD_CAPACITY", "a row too few in a pass", (m) => raise(m.plan(3), layout.PLAN_CAPACITY_ROWS_AT, -1)],
  ["PLAN_BAD_CAPACITY", "a row too few between passes", (m) => raise(m.plan(3), layout.PLAN_KEPT_ROWS_AT, -1)],
  ["PLAN_BAD_CAPACITY", "more kept rows than rows", (m) => raise(m.plan(3), layout.PLAN_KEPT_ROWS_AT, 100)],
  ["PLAN_BAD_CAPACITY", "no row", (m) => u32(m.plan(1), layout.PLAN_CAPACITY_ROWS_AT, 0)],
  [
    "PLAN_BAD_CAPACITY",
    "above the limit",
    (m) => u32(m.plan(8), layout.PLAN_CAPACITY_ROWS_AT, limits.MAX_TENSOR_ROWS + 1),
  ],
  ["NOT_ENOUGH_RAM", "an arena of 2 GiB", (m) => growArena(m, 2 ** 31 - 2 ** 20)],
  // What is laid out behind such an arena must not wrap around to the start of memory.
  ["NOT_ENOUGH_RAM", "an arena that ends just below 2^31", (m) => growArena(m, 2 ** 31 - 256)],
  ["BUDGET_BAD_RAM", "less than the arena", ({ budget }) => u32(budget, layout.BUDGET_RAM_BYTES_AT, 16)],
  ["BUDGET_BAD_FLASH", "not the file's length", ({ budget }) => raise(budget, layout.BUDGET_FLASH_BYTES_AT, 1)],
  ["BUDGET_BAD_HOP", "not the decisions' distance", ({ budget }) => raise(budget, layout.BUDGET_HOP_SAMPLES_AT, 1)],
  ["GOLDEN_BAD_LENGTH", "2^31 samples", ({ golden }) => u32(golden, layout.GOLDEN_SAMPLES_AT, 2 ** 31)],
  ["GOLDEN_BAD_LENGTH", "a sample more than there are", ({ golden }) => raise(golden, layout.GOLDEN_SAMPLES_AT, 1)],
  ["GOLDEN_BAD_LENGTH", "CRCs of fewer layers", ({ golden }) => raise(golden, layout.GOLDEN_LAYER_COUNT_AT, -1)],
];

/** The rows of `tensor` move to the place of `other`. */
function placeLike(model: ModelEditor, tensor: number, other: number): void {
  u32(model.plan(tensor), layout.PLAN_OFFSET_AT, model.plan(other).getUint32(layout.PLAN_OFFSET_AT, true));
}

/** The kept rows of `tensor` move to a place of `other`. */
function keepWhere(model: ModelEditor, tensor: number, other: number, placeAt: number, beyond = 0): void {
  u32(model.plan(tensor), layout.PLAN_KEPT_OFFSET_AT, model.plan(other).getUint32(placeAt, true) + beyond);
}

/** The logits' buffer moves to `offset`, and the budget allows it. */
function growArena(model: ModelEditor, offset: number): void {
  u32(model.plan(model.layerCount), layout.PLAN_OFFSET_AT, offset);
  u32(model.budget, layout.BUDGET_RAM_BYTES_AT, 2 ** 32 - 1);
}
