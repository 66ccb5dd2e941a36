/** Slots that the engine passes to the import `trace` (assembly/trace.ts): 0, or layer * 2 + one of the others. */
export const TRACE_OUTSIDE = 0;
export const TRACE_COMPUTE = 1;
export const TRACE_UNPACK = 2;
export const TRACE_SLOTS_PER_LAYER = 2;
