import { addressOf, clearBytes } from "../views";
import { QUALITY_FLAT, QUALITY_NOISY, QUALITY_OK, QUALITY_SATURATED } from "../shared/quality";

/** A verdict is of so many conditioned samples: 1.024 s. */
export const BLOCK_SAMPLES: i32 = 512;
/** Blocks without cause after which a bad verdict ends. */
const CALM_BLOCKS: i32 = 2;
/** Less than 30 uV from lowest to highest is flat. */
const FLAT_MICROVOLTS: i32 = 30;
/** A raw count is stuck once it has been the record's highest or lowest for 40 ms ... */
const STUCK_PER_SECOND: i32 = 25;
/** ... and a block is saturated if a sixteenth of it is stuck while the signal spans 4 mV, or if it spans all of int16. */
const STUCK_SHARE: i32 = 16;
const SATURATED_MICROVOLTS: i32 = 4000;
const CLIPPED_MICROVOLTS: i32 = 65000;

/**
 * All zero at the start.
 *
 *   0   verdict, calm           verdict in force; blocks without cause since a bad one
 *   8   raw, run                the last raw count, and for how many it has not changed
 *  16   rawLow, rawHigh         bounds of the record's counts and 0
 *  24   count, low, high        samples of the block so far; bounds of them and 0, about which they lie
 *  36   curvatureSum            of |curvature| over the block: below 2^30
 *  40   rawCount, stuck         raw counts in the block, and those of them that are stuck
 */
@unmanaged @final
export class QualityState {
  verdict: i32;
  calm: i32;
  raw: i32;
  run: i32;
  rawLow: i32;
  rawHigh: i32;
  count: i32;
  low: i32;
  high: i32;
  curvatureSum: i32;
  rawCount: i32;
  stuck: i32;
}
const BLOCK_AT: i32 = 24;
if (offsetof<QualityState>("count") != BLOCK_AT) ERROR("BLOCK_AT is stale");
export const QUALITY_BYTES: i32 = 48;
if (offsetof<QualityState>() != QUALITY_BYTES) ERROR("QUALITY_BYTES is stale");

/** Takes one raw count, before the samples that it gives. */
export function watchRaw(state: QualityState, raw: i32, sampleRateMilliHz: i32): void {
  state.run = raw == state.raw ? state.run + 1 : 0;
  state.raw = raw;
  state.rawLow = min(state.rawLow, raw);
  state.rawHigh = max(state.rawHigh, raw);
  state.rawCount += 1;
  const isExtreme = raw == state.rawLow || raw == state.rawHigh;
  if (isExtreme && state.run >= sampleRateMilliHz / (1000 * STUCK_PER_SECOND)) state.stuck += 1;
}

/**
 * Takes one conditioned sample with its curvature and the detector's mean heights of beats and of what is none. Returns
 * whether the verdict has changed: then it holds from BLOCK_SAMPLES ago.
 */
export function judgeQuality(state: QualityState, sample: i32, curvature: i32, signal: i32, noise: i32): bool {
  state.low = min(state.low, sample);
  state.high = max(state.high, sample);
  state.curvatureSum += abs<i32>(curvature);
  if (++state.count < BLOCK_SAMPLES) return false;
  const cause = causeOf(state, signal, noise);
  clearBytes(addressOf(state) + BLOCK_AT, QUALITY_BYTES - BLOCK_AT);
  state.calm = cause == QUALITY_OK ? min(state.calm + 1, CALM_BLOCKS) : 0;
  if (cause == state.verdict || (cause == QUALITY_OK && state.calm < CALM_BLOCKS)) return false;
  state.verdict = cause;
  return true;
}

/** The block's mean height is 64 curvatureSum / 512. */
function causeOf(state: QualityState, signal: i32, noise: i32): i32 {
  const span = state.high - state.low;
  if (span < FLAT_MICROVOLTS) return QUALITY_FLAT;
  const isStuck = span >= SATURATED_MICROVOLTS && state.stuck * STUCK_SHARE >= state.rawCount;
  if (isStuck || span >= CLIPPED_MICROVOLTS) return QUALITY_SATURATED;
  const isNoisy = noise + (state.curvatureSum >> 3) > (signal >> 3) * 5;
  return signal > 0 && isNoisy ? QUALITY_NOISY : QUALITY_OK;
}

/** Whether a state that came from outside has a verdict that there is. */
export function qualityIsSound(state: QualityState): bool {
  return state.verdict >= QUALITY_OK && state.verdict <= QUALITY_NOISY;
}
