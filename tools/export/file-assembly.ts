import { crc32 } from "node:zlib";
import * as layout from "../../assembly/shared/layout.ts";
import { MAX_FILE_BYTES } from "../../assembly/shared/limits.ts";
import { RecordWriter } from "./record-writer.ts";

const SECTIONS_AT = layout.HEADER_BYTES + layout.SECTION_COUNT * layout.SECTION_ENTRY_BYTES;

/** Offset of each section, in the order of the kinds, and the length of the file that holds them. */
export function sectionOffsets(lengths: readonly number[]): { offsets: readonly number[]; fileBytes: number } {
  let end = SECTIONS_AT;
  const offsets = lengths.map((length) => {
    const offset = Math.ceil(end / layout.SECTION_ALIGNMENT) * layout.SECTION_ALIGNMENT;
    end = offset + length;
    return offset;
  });
  return { offsets, fileBytes: end };
}

/** Header, section table and sections, with the file's CRC-32. Throws RangeError above the file size limit. */
export function assembleFile(sections: readonly Uint8Array[]): Uint8Array {
  const { offsets, fileBytes } = sectionOffsets(sections.map((section) => section.length));
  if (fileBytes > MAX_FILE_BYTES)
    throw new RangeError(`the model file has ${fileBytes} bytes, limit ${MAX_FILE_BYTES}`);
  const file = new Uint8Array(fileBytes);
  const header = new RecordWriter(file)
    .u32(layout.HEADER_MAGIC_AT, layout.MAGIC)
    .u16(layout.HEADER_FORMAT_VERSION_AT, layout.FORMAT_VERSION)
    .u16(layout.HEADER_OP_SET_VERSION_AT, layout.OP_SET_VERSION)
    .u32(layout.HEADER_FILE_BYTES_AT, fileBytes)
    .u32(layout.HEADER_SECTION_COUNT_AT, layout.SECTION_COUNT);
  sections.forEach((section, index) => {
    new RecordWriter(file.subarray(layout.HEADER_BYTES + index * layout.SECTION_ENTRY_BYTES))
      .u32(layout.SECTION_KIND_AT, index + 1)
      .u32(layout.SECTION_OFFSET_AT, offsets[index])
      .u32(layout.SECTION_LENGTH_AT, section.length);
    file.set(section, offsets[index]);
  });
  header.u32(layout.HEADER_CRC_AT, crc32(file.subarray(layout.HEADER_CRC_FROM)));
  return file;
}
