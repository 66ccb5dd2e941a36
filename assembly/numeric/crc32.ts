import { I32View, U8View } from "../views";

/** CRC-32 (reflected 0x04C11DB7, as zip and PNG use it) by half bytes: 64 bytes of table instead of 1 KB of RAM. */
const TABLE = memory.data<u32>([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/** Continues a CRC over `bytes` bytes; starts from 0. */
export function crc32(crc: i32, data: U8View, bytes: i32): i32 {
  const table = changetype<I32View>(TABLE);
  let state = ~crc;
  for (let i = 0; i < bytes; i++) {
    state ^= data[i];
    state = table[state & 15] ^ (state >>> 4);
    state = table[state & 15] ^ (state >>> 4);
  }
  return ~state;
}
