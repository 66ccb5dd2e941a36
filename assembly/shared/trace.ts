/** What the engine tells the import `trace` that it does (assembly/trace.ts). */
export const TRACE_OUTSIDE = -1;
export const TRACE_COMPUTE = 0;
export const TRACE_UNPACK = 1;
export const TRACE_SLOTS_PER_LAYER = 2;
