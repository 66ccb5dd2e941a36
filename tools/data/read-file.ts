import { readFileSync } from "node:fs";
import { DataError } from "../files/data-error.ts";

/** Reads the bytes of a file. @throws DataError if it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    const { buffer, byteOffset, length } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new DataError(code === "ENOENT" ? `${path}: no such file` : `${path}: cannot be read (${code})`);
  }
}

/** Reads the text of a UTF-8 file, without a byte-order mark. @throws DataError if it cannot be read. */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}
