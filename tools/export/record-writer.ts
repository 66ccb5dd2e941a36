/** Writes little-endian fields at byte offsets of one record; each method returns the writer. */
export class RecordWriter {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number, value: number): this {
    this.view.setUint8(at, value);
    return this;
  }

  i8(at: number, value: number): this {
    this.view.setInt8(at, value);
    return this;
  }

  u16(at: number, value: number): this {
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(at: number, value: number): this {
    this.view.setUint32(at, value, true);
    return this;
  }

  i16(at: number, value: number): this {
    this.view.setInt16(at, value, true);
    return this;
  }

  i32(at: number, value: number): this {
    this.view.setInt32(at, value, true);
    return this;
  }
}
