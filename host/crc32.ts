/** CRC-32 (reflected 0x04C11DB7, as zip and PNG use it): Node's zlib has it, browsers do not. */
export function crc32(bytes: Uint8Array): number {
  let state = ~0;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = (state >>> 1) ^ (state & 1 ? 0xedb88320 : 0);
  }
  return ~state >>> 0;
}
