/**
 * The ring buffer between DMA and the task. It keeps its samples in order, and refuses and counts samples that do not
 * fit.
 */
export class RingBuffer {
  readonly #samples: Int32Array;
  #first = 0;
  #length = 0;
  #peak = 0;
  #overflowed = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 2 ** 24) {
      throw new RangeError(`capacity must be a whole number of samples in 1 .. 2^24, not ${capacity}`);
    }
    this.#samples = new Int32Array(capacity);
  }

  get capacity(): number {
    return this.#samples.length;
  }

  get length(): number {
    return this.#length;
  }

  /** The largest number of samples that the buffer ever held. */
  get peak(): number {
    return this.#peak;
  }

  /** The number of samples refused so far. */
  get overflowed(): number {
    return this.#overflowed;
  }

  get bytes(): number {
    return this.#samples.byteLength;
  }

  /** Takes samples from the beginning of `samples` while there is room; returns how many it took. */
  write(samples: Int32Array): number {
    const taken = Math.min(samples.length, this.capacity - this.#length);
    for (let i = 0; i < taken; i++) this.#samples[(this.#first + this.#length + i) % this.capacity] = samples[i];
    this.#length += taken;
    this.#peak = Math.max(this.#peak, this.#length);
    this.#overflowed += samples.length - taken;
    return taken;
  }

  /** Removes and returns the oldest samples, up to `count`. */
  read(count: number): Int32Array {
    const taken = Math.min(count, this.#length);
    const samples = Int32Array.from({ length: taken }, (_, i) => this.#samples[(this.#first + i) % this.capacity]);
    this.#first = (this.#first + taken) % this.capacity;
    this.#length -= taken;
    return samples;
  }
}
