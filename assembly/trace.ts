import { TRACE_COMPUTE, TRACE_OUTSIDE, TRACE_SLOTS_PER_LAYER, TRACE_UNPACK } from "./shared/trace";

/**
 * Says what the engine does from now on: `slot` is TRACE_OUTSIDE, or TRACE_SLOTS_PER_LAYER * layer + TRACE_COMPUTE or
 * TRACE_UNPACK. The engine has no clock: whoever supplies the import takes the time.
 */
// @ts-ignore: decorator
@external("env", "trace")
declare function trace(slot: i32): void;

// @ts-ignore: decorator
@inline
export function traceLayer(on: i32, layer: i32): void {
  if (on != 0) trace(layer * TRACE_SLOTS_PER_LAYER + TRACE_COMPUTE);
}

// @ts-ignore: decorator
@inline
export function traceUnpack(on: i32, layer: i32): void {
  if (on != 0) trace(layer * TRACE_SLOTS_PER_LAYER + TRACE_UNPACK);
}

// @ts-ignore: decorator
@inline
export function traceOutside(on: i32): void {
  if (on != 0) trace(TRACE_OUTSIDE);
}
