import { crc32 } from "node:zlib";
import { HEADER_CRC_AT, HEADER_CRC_FROM } from "../../assembly/shared/layout.ts";

/** The file with the CRC-32 that its bytes have. */
export function sealed(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(HEADER_CRC_AT, crc32(copy.subarray(HEADER_CRC_FROM)), true);
  return copy;
}
