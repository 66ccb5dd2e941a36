import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import type { ModelEditor } from "../model-editor.ts";
import { streamingModel } from "../models.ts";
import { type HostileCase, raise, u8, u16, u32 } from "./hostile-case.ts";

/** The file as a whole: header, section table, padding. */
export const FILE_CASES: readonly HostileCase[] = [
  ["MODEL_TOO_SHORT", "half a section table", (m) => m.resize(100)],
  ["MODEL_TOO_LONG", "one byte above the limit", (m) => m.resize(limits.MAX_FILE_BYTES + 1), { unsealed: true }],
  ["MODEL_BAD_MAGIC", "another magic", ({ header }) => u32(header, layout.HEADER_MAGIC_AT, 0x464c457f)],
  ["MODEL_BAD_FORMAT_VERSION", "a later format", ({ header }) => u16(header, layout.HEADER_FORMAT_VERSION_AT, 3)],
  ["MODEL_BAD_OP_SET_VERSION", "later ops", ({ header }) => u16(header, layout.HEADER_OP_SET_VERSION_AT, 6)],
  [
    "MODEL_BAD_LENGTH",
    "a length that is not the file's",
    ({ header }) => raise(header, layout.HEADER_FILE_BYTES_AT, 1),
  ],
  ["MODEL_BAD_LENGTH", "a byte behind the last section", (m) => m.resize(streamingModel.length + 1)],
  ["MODEL_BAD_CRC", "a flipped byte", ({ network }) => u8(network, layout.NETWORK_RESERVED_AT, 1), { unsealed: true }],
  ["MODEL_RESERVED_NOT_ZERO", "header", ({ header }) => u8(header, layout.HEADER_BYTES - 1, 1)],
  ["MODEL_RESERVED_NOT_ZERO", "section table", (m) => u8(m.entry(3), layout.SECTION_RESERVED_AT, 1)],
  ["MODEL_RESERVED_NOT_ZERO", "network", ({ network }) => u8(network, layout.NETWORK_BYTES - 1, 1)],
  ["MODEL_RESERVED_NOT_ZERO", "layer", (m) => u8(m.layer(0), layout.LAYER_BYTES - 1, 1)],
  ["MODEL_RESERVED_NOT_ZERO", "budget", ({ budget }) => u8(budget, layout.BUDGET_RESERVED_AT, 1)],
  ["MODEL_BAD_SECTION_COUNT", "nine sections", ({ header }) => u32(header, layout.HEADER_SECTION_COUNT_AT, 9)],
  ["MODEL_BAD_SECTION_KIND", "two networks", (m) => u32(m.entry(layout.SECTION_LAYERS), layout.SECTION_KIND_AT, 1)],
  [
    "MODEL_BAD_SECTION_OFFSET",
    "overlapping sections",
    (m) => raise(m.entry(layout.SECTION_LAYERS), layout.SECTION_OFFSET_AT, -16),
  ],
  [
    "MODEL_BAD_SECTION_OFFSET",
    "an offset of 2^32 - 16",
    (m) => u32(m.entry(layout.SECTION_PLAN), layout.SECTION_OFFSET_AT, 2 ** 32 - 16),
  ],
  [
    "MODEL_BAD_SECTION_LENGTH",
    "a section past the end",
    (m) => u32(m.entry(layout.SECTION_GOLDEN), layout.SECTION_LENGTH_AT, 2 ** 32 - 1),
  ],
  ["MODEL_BAD_SECTION_LENGTH", "a network a byte short", shrinkNetwork],
  ["MODEL_PADDING_NOT_ZERO", "a byte between two sections", (m) => u8(m.bytes(paddingAt(m), 1), 0, 1)],
];

function shrinkNetwork(model: ModelEditor): void {
  u32(model.entry(layout.SECTION_NETWORK), layout.SECTION_LENGTH_AT, layout.NETWORK_BYTES - 1);
}

/** The first byte that belongs to no section. */
function paddingAt(model: ModelEditor): number {
  for (let kind = 1; kind < layout.SECTION_COUNT; kind++) {
    const { byteOffset, byteLength } = model.section(kind);
    if (byteOffset + byteLength < model.section(kind + 1).byteOffset) return byteOffset + byteLength;
  }
  throw new RangeError("every section of the model ends at a multiple of 16");
}
