import { HEADER_CRC_AT } from "../assembly/shared/layout.ts";
import { OK, SNAPSHOT_BAD } from "../assembly/shared/status.ts";
import { crc32 } from "./crc32.ts";
import type { EngineExports } from "./engine-module.ts";
import { EngineError } from "./errors.ts";
import type { ModelFile } from "./model-file.ts";

/**
 * A snapshot in bytes, little-endian:
 *    0  u32  magic "QHS2"
 *    4  u32  CRC-32 in the header of the model that it belongs to
 *    8  u32  its rung: what one network has left behind means nothing to another
 *   12  u32  CRC-32 of everything after
 *   16       the engine's parts (assembly/model/snapshot.ts), end to end
 */
const MAGIC = 0x32534851;
const MODEL_CRC_AT = 4;
const RUNG_AT = 8;
const CRC_AT = 12;
const PARTS_AT = 16;

interface Part {
  readonly at: number;
  readonly bytes: number;
}

function partsOf(exports: EngineExports): readonly Part[] {
  const parts: Part[] = [];
  for (let part = 0; ; part++) {
    const bytes = exports.snapshotPartBytes(part);
    if (bytes < 0) return parts;
    parts.push({ at: exports.snapshotPartAt(part), bytes });
  }
}

/** Copies out the state of the record under way. Throws EngineError once the record is finished. */
export function takeSnapshot(exports: EngineExports, memory: WebAssembly.Memory, model: ModelFile): Uint8Array {
  const code = exports.prepareSnapshot();
  if (code !== OK) throw new EngineError(code, "take snapshot");
  const parts = partsOf(exports);
  const snapshot = new Uint8Array(PARTS_AT + parts.reduce((sum, { bytes }) => sum + bytes, 0));
  let to = PARTS_AT;
  for (const { at, bytes } of parts) {
    snapshot.set(new Uint8Array(memory.buffer, at, bytes), to);
    to += bytes;
  }
  const header = new DataView(snapshot.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(MODEL_CRC_AT, modelCrc(model), true);
  header.setUint32(RUNG_AT, model.rung, true);
  header.setUint32(CRC_AT, crc32(snapshot.subarray(PARTS_AT)), true);
  return snapshot;
}

/** Copies a snapshot in. Throws EngineError on one that is damaged or another model's; the record under way goes on then. */
export function restoreSnapshot(
  exports: EngineExports,
  memory: WebAssembly.Memory,
  model: ModelFile,
  snapshot: Uint8Array,
): void {
  const parts = partsOf(exports);
  const bytes = PARTS_AT + parts.reduce((sum, part) => sum + part.bytes, 0);
  if (snapshot.length !== bytes) throw damaged(`${snapshot.length} bytes, expected ${bytes}`);
  const header = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  if (header.getUint32(0, true) !== MAGIC) throw damaged('it does not begin with "QHS2"');
  const [found, expected] = [header.getUint32(MODEL_CRC_AT, true), modelCrc(model)];
  if (found !== expected) throw damaged(`it is of the model with CRC ${hex(found)}, this one's is ${hex(expected)}`);
  const rung = header.getUint32(RUNG_AT, true);
  if (rung !== model.rung) throw damaged(`it is of rung ${rung}, this engine runs rung ${model.rung}`);
  if (header.getUint32(CRC_AT, true) !== crc32(snapshot.subarray(PARTS_AT))) throw damaged("its CRC does not match");
  let from = PARTS_AT;
  for (const part of parts) {
    new Uint8Array(memory.buffer, part.at, part.bytes).set(snapshot.subarray(from, from + part.bytes));
    from += part.bytes;
  }
  const code = exports.restoreSnapshot();
  if (code !== OK) throw new EngineError(code, "restore snapshot", { detail: "a new record has begun" });
}

function damaged(detail: string): EngineError {
  return new EngineError(SNAPSHOT_BAD, "restore snapshot", { detail });
}

function modelCrc({ bytes }: ModelFile): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER_CRC_AT, true);
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, "0")}`;
}
