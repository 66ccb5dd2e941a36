/** Nanoseconds of simulated time, exact for 104 days. */
export type TimeNs = number;

interface ScheduledEvent {
  readonly atNs: TimeNs;
  readonly order: number;
  readonly action: () => void;
}

/** Discrete events on a simulated clock. Events of the same time run in the order in which they were scheduled. */
export class EventQueue {
  #nowNs: TimeNs = 0;
  #made = 0;
  /** A binary heap: entry i is not later than entries 2i + 1 and 2i + 2. */
  readonly #heap: ScheduledEvent[] = [];

  get nowNs(): TimeNs {
    return this.#nowNs;
  }

  /** Schedules an event. Throws RangeError for a time that is past or not a whole number. */
  schedule(atNs: TimeNs, action: () => void): void {
    if (!Number.isSafeInteger(atNs) || atNs < this.#nowNs) {
      throw new RangeError(`an event must be at a whole nanosecond from ${this.#nowNs} on, not at ${atNs}`);
    }
    this.#heap.push({ atNs, order: this.#made++, action });
    let child = this.#heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(this.#heap[child], this.#heap[parent])) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Runs events, also the events that they schedule, until none is left. */
  run(): void {
    for (let event = this.#take(); event; event = this.#take()) {
      this.#nowNs = event.atNs;
      event.action();
    }
  }

  #take(): ScheduledEvent | undefined {
    const heap = this.#heap;
    if (heap.length === 0) return undefined;
    this.#swap(0, heap.length - 1);
    const first = heap.pop();
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && before(heap[child], heap[least])) least = child;
      }
      if (least === parent) return first;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b], heap[a]];
  }
}

function before(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
}
