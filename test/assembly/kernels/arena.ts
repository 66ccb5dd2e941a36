import type { Kernels } from "./compile-kernels.ts";

/** The static data of a module lies below. */
const FIRST_BYTE = 4096;
/** Between two blocks and in fresh ones: a kernel must neither read it into a result nor write to it. */
export const CANARY = 0x5a;
const GAP_BYTES = 32;

type IntegerArray = Int8Array | Uint8Array | Int16Array | Int32Array;

/** Places blocks in a module's memory one behind the other. */
export class Arena {
  private readonly memory: WebAssembly.Memory;
  private next = FIRST_BYTE;

  constructor(kernels: Kernels) {
    this.memory = kernels.memory;
  }

  /** The address of `bytes` canary bytes, at `misalignment` modulo 16. */
  reserve(bytes: number, misalignment = 0): number {
    const address = this.next + misalignment;
    const next = (address + bytes + GAP_BYTES + 15) & -16;
    this.bytes(this.next, next - this.next).fill(CANARY);
    this.next = next;
    return address;
  }

  /** The address of a copy. */
  place(values: IntegerArray, misalignment = 0): number {
    const address = this.reserve(values.byteLength, misalignment);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.bytes(address, values.byteLength).set(bytes);
    return address;
  }

  /** A copy of the bytes at an address. */
  read(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return this.bytes(address, bytes).slice();
  }

  /** A block's bytes with the gap behind it. */
  readBeyond(address: number, bytes: number): Uint8Array {
    return this.bytes(address, bytes + GAP_BYTES).slice();
  }

  private bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, count);
  }
}

/** The bytes that readBeyond returns where a kernel wrote `values` and nothing else. */
export function withGap(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(values.length + GAP_BYTES).fill(CANARY);
  bytes.set(values);
  return bytes;
}
