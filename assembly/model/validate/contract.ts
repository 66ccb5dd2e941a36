import { i32At } from "../../views";
import * as layout from "../../shared/layout";
import { MAX_GOLDEN_SAMPLES } from "../../shared/limits";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { layerAt } from "../layer";
import { fail, readPage, validateLength, zeros } from "./file";

/** Checks the budget that the file states against the one that its content needs. */
export function validateBudget(state: EngineState): i32 {
  let code = validateLength(state, layout.SECTION_BUDGET, layout.BUDGET_BYTES);
  if (code != status.OK) return code;
  const from = state.sectionAt(layout.SECTION_BUDGET);
  code = readPage(state, from, layout.BUDGET_BYTES);
  if (code != status.OK) return code;
  const page = state.entryAt;
  if (<u32>i32At(page, layout.BUDGET_RAM_BYTES_AT) < <u32>state.arenaBytes) {
    return fail(state, status.BUDGET_BAD_RAM, from + layout.BUDGET_RAM_BYTES_AT);
  }
  if (i32At(page, layout.BUDGET_FLASH_BYTES_AT) != state.fileBytes) {
    return fail(state, status.BUDGET_BAD_FLASH, from + layout.BUDGET_FLASH_BYTES_AT);
  }
  const head = layerAt(state.layersAt, state.headLayer);
  const hop = state.windowSamples != 0 ? state.windowSamples : <i32>head.stride * state.totalStride;
  if (i32At(page, layout.BUDGET_HOP_SAMPLES_AT) != hop) {
    return fail(state, status.BUDGET_BAD_HOP, from + layout.BUDGET_HOP_SAMPLES_AT);
  }
  return zeros(page, layout.BUDGET_RESERVED_AT, layout.BUDGET_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, from + layout.BUDGET_RESERVED_AT);
}

/** Room for one CRC a layer and the input samples, and nothing else. */
export function validateGolden(state: EngineState): i32 {
  const from = state.sectionAt(layout.SECTION_GOLDEN);
  const bytes = state.sectionBytes(layout.SECTION_GOLDEN);
  const fixed = layout.GOLDEN_CRCS_AT + 4 * state.layerCount;
  if (bytes < fixed) return fail(state, status.GOLDEN_BAD_LENGTH, from);
  const code = readPage(state, from, layout.GOLDEN_CRCS_AT);
  if (code != status.OK) return code;
  state.goldenSamples = i32At(state.entryAt, layout.GOLDEN_SAMPLES_AT);
  if (state.goldenSamples < 0 || state.goldenSamples > MAX_GOLDEN_SAMPLES || bytes != fixed + state.goldenSamples) {
    return fail(state, status.GOLDEN_BAD_LENGTH, from + layout.GOLDEN_SAMPLES_AT);
  }
  return i32At(state.entryAt, layout.GOLDEN_LAYER_COUNT_AT) == state.layerCount
    ? status.OK
    : fail(state, status.GOLDEN_BAD_LENGTH, from + layout.GOLDEN_LAYER_COUNT_AT);
}
