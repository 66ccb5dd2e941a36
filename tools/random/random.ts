/**
 * A seeded generator: the same seed gives the same numbers on every machine.
 *
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its four words of
 * state filled by splitmix32, so that neighbouring seeds give unrelated streams.
 */
export class SeededRandom {
  private readonly seed: number;
  private readonly state: Uint32Array;

  /** @param seed an integer; its low 32 bits count. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be an integer, not ${seed}`);
    this.seed = seed >>> 0;
    this.state = new Uint32Array(4);
    for (let i = 0; i < 4; i++) this.state[i] = mix(this.seed + Math.imul(i + 1, GOLDEN_GAMMA));
  }

  /** Draws a uniform number in [0, 1), a multiple of 2^-32. */
  next(): number {
    return this.nextWord() / 2 ** 32;
  }

  /**
   * Draws a uniform integer in 0 .. limit - 1. The bias, at most limit / 2^32, is of no consequence below a limit of
   * 2^24.
   */
  integer(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) {
      throw new RangeError(`limit must be an integer in 1..2^32, not ${limit}`);
    }
    return Math.floor(this.next() * limit);
  }

  /**
   * Draws a standard normal deviate (Box and Muller 1958; the sine half is dropped so that a call always takes two
   * draws).
   */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Returns the items in a random order, in a new array (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    return shuffled;
  }

  /** Makes a generator for one purpose; it depends on the seed and the label, not on earlier draws. */
  fork(label: string): SeededRandom {
    let hash = mix(this.seed);
    for (let i = 0; i < label.length; i++) hash = mix(hash ^ label.charCodeAt(i));
    return new SeededRandom(hash);
  }

  private nextWord(): number {
    const s = this.state;
    const word = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return word;
  }
}

/** The step of splitmix32's counter: 2^32 over the golden ratio. */
const GOLDEN_GAMMA = 0x9e3779b9;

/** Mixes a word by the finaliser of MurmurHash3, a bijection of 32-bit words. */
function mix(word: number): number {
  let mixed = (word + GOLDEN_GAMMA) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
