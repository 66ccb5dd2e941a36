import type { Constant } from "./constant.ts";

/** The bus that copies packed weights from non-volatile memory into RAM, while the core waits. */
export interface FlashBus {
  readonly bytesPerCycle: Constant;
  /** Cycles before the first byte of each read. */
  readonly cyclesPerRead: Constant;
}

/** Computes the cycles of `reads` copies of `bytes` altogether. */
export function flashCycles(bus: FlashBus, reads: number, bytes: number): number {
  return reads * bus.cyclesPerRead.value + bytes / bus.bytesPerCycle.value;
}
