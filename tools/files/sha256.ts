import { createHash } from "node:crypto";

/** Hashes texts and arrays of numbers, end to end, with SHA-256; the result is in hexadecimal digits. */
export function sha256(parts: Iterable<string | NodeJS.ArrayBufferView>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
