import type { Constant } from "./constant.ts";

/** Copies packed weights from the non-volatile memory into RAM; the core waits. */
export interface FlashBus {
  readonly bytesPerCycle: Constant;
  /** Before the first byte of each read. */
  readonly cyclesPerRead: Constant;
}

/** Cycles of `reads` copies of `bytes` in all. */
export function flashCycles(bus: FlashBus, reads: number, bytes: number): number {
  return reads * bus.cyclesPerRead.value + bytes / bus.bytesPerCycle.value;
}
