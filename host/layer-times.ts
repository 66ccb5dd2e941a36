import { TRACE_COMPUTE, TRACE_OUTSIDE, TRACE_SLOTS_PER_LAYER, TRACE_UNPACK } from "../assembly/shared/trace.ts";

/** Time of a layer on this machine's clock. */
export interface LayerTime {
  /** Reading packed weights and unpacking them. */
  readonly unpackMs: number;
  readonly computeMs: number;
}

/** Adds up the time between two calls of the engine's `trace` import, slot by slot. */
export class LayerTimes {
  #slot = TRACE_OUTSIDE;
  #sinceMs = 0;
  #totalsMs: number[] = [];

  /** Adds the time from now on to `slot`. */
  enter(slot: number): void {
    const nowMs = performance.now();
    if (this.#slot !== TRACE_OUTSIDE) {
      this.#totalsMs[this.#slot] = (this.#totalsMs[this.#slot] ?? 0) + nowMs - this.#sinceMs;
    }
    this.#slot = slot;
    this.#sinceMs = nowMs;
  }

  of(layer: number): LayerTime {
    const slot = layer * TRACE_SLOTS_PER_LAYER;
    return {
      unpackMs: this.#totalsMs[slot + TRACE_UNPACK] ?? 0,
      computeMs: this.#totalsMs[slot + TRACE_COMPUTE] ?? 0,
    };
  }

  clear(): void {
    this.#slot = TRACE_OUTSIDE;
    this.#totalsMs = [];
  }
}
