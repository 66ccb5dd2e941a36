import type * as status from "../../../../assembly/shared/status.ts";
import type { ModelEditor } from "../model-editor.ts";

/** One thing wrong with a sound model: the status that says so, what it is, and how it is done. */
export type HostileCase = readonly [
  code: keyof typeof status,
  what: string,
  edit: (model: ModelEditor) => void,
  options?: HostileOptions,
];

export interface HostileOptions {
  /** The model that is edited; default: the streaming one. */
  readonly from?: Uint8Array;
  /** Whose sections are edited, and which is loaded; default: the first. */
  readonly rung?: number;
  /** The file CRC stays as it was. */
  readonly unsealed?: boolean;
}

export const u8 = (record: DataView, at: number, value: number): void => record.setUint8(at, value);
export const u16 = (record: DataView, at: number, value: number): void => record.setUint16(at, value, true);
export const u32 = (record: DataView, at: number, value: number): void => record.setUint32(at, value, true);
export const raise = (record: DataView, at: number, by: number): void =>
  u32(record, at, record.getUint32(at, true) + by);
