import { at, i32At, I8View, I16View } from "../views";
import { flashRead } from "../flash";
import { GOLDEN_CRCS_AT, GOLDEN_STEP, SECTION_GOLDEN } from "../shared/layout";
import { MODEL_FLASH_READ_FAILED, OK, SELF_TEST_MISMATCH } from "../shared/status";
import { EngineState } from "./engine-state";
import { layerAt } from "./layer";
import { feedWaiting, finishRecord, resetRecord } from "./stream";

/**
 * Pushes the file's golden input through the network and compares every layer's CRC-32 with the file's. The record under
 * way is lost; `statusLayer` names the first layer that differs.
 */
export function runSelfTest(state: EngineState): i32 {
  const golden = state.sectionAt(SECTION_GOLDEN);
  const inputAt = golden + GOLDEN_CRCS_AT + 4 * state.layerCount;
  resetRecord(state);
  state.checking = 1;
  for (let i = 0; i < state.goldenSamples; i++) {
    if (flashRead(inputAt + i, state.waitingAt, 1) != 0) state.faulty = 1;
    at<I16View>(state.waitingAt)[0] = GOLDEN_STEP * at<I8View>(state.waitingAt)[0];
    state.waitingNext = 0;
    state.waitingCount = 1;
    while (!feedWaiting(state)) state.eventCount = 0;
  }
  while (!finishRecord(state)) state.eventCount = 0;
  state.checking = 0;
  let code: i32 = state.faulty != 0 ? MODEL_FLASH_READ_FAILED : OK;
  for (let i = state.layerCount - 1; i >= 0 && state.faulty == 0; i--) {
    const crcAt = golden + GOLDEN_CRCS_AT + 4 * i;
    if (flashRead(crcAt, state.entryAt, 4) != 0) return MODEL_FLASH_READ_FAILED;
    if (i32At(state.entryAt, 0) == <i32>layerAt(state.layersAt, i).crc) continue;
    code = SELF_TEST_MISMATCH;
    state.statusLayer = i;
    state.statusOffset = crcAt;
  }
  resetRecord(state);
  return code;
}
