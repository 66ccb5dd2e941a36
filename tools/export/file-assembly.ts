import { crc32 } from "node:zlib";
import * as layout from "../../assembly/shared/layout.ts";
import { MAX_FILE_BYTES } from "../../assembly/shared/limits.ts";
import { RecordWriter } from "./record-writer.ts";

/** Kinds of the sections that a further rung has of its own. */
const RUNG_KINDS = [
  layout.SECTION_LAYERS,
  layout.SECTION_REQUANTIZATION,
  layout.SECTION_TILE_CRCS,
  layout.SECTION_BUDGET,
  layout.SECTION_GOLDEN,
] as const;

/** Finds the kind of a section by its place in the section table. */
function kindAt(index: number): number {
  const inFurtherRungs = index - layout.SECTION_COUNT;
  return inFurtherRungs < 0 ? index + 1 : RUNG_KINDS[inFurtherRungs % RUNG_KINDS.length];
}

/** Finds the offset of each section, in the order of the section table, and the length of the file that holds them. */
export function sectionOffsets(lengths: readonly number[]): { offsets: readonly number[]; fileBytes: number } {
  let end = layout.HEADER_BYTES + lengths.length * layout.SECTION_ENTRY_BYTES;
  const offsets = lengths.map((length) => {
    const offset = Math.ceil(end / layout.SECTION_ALIGNMENT) * layout.SECTION_ALIGNMENT;
    end = offset + length;
    return offset;
  });
  return { offsets, fileBytes: end };
}

/**
 * Joins header, section table and sections into a file with its CRC-32; sections of further rungs stand after those of the first.
 * Throws RangeError above the limit of a file's size.
 */
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
    .u32(layout.HEADER_SECTION_COUNT_AT, sections.length);
  sections.forEach((section, index) => {
    new RecordWriter(file.subarray(layout.HEADER_BYTES + index * layout.SECTION_ENTRY_BYTES))
      .u32(layout.SECTION_KIND_AT, kindAt(index))
      .u32(layout.SECTION_OFFSET_AT, offsets[index])
      .u32(layout.SECTION_LENGTH_AT, section.length);
    file.set(section, offsets[index]);
  });
  header.u32(layout.HEADER_CRC_AT, crc32(file.subarray(layout.HEADER_CRC_FROM)));
  return file;
}
