import * as layout from "../../assembly/shared/layout.ts";
import { ModelFile } from "../../host/index.ts";

interface Field {
  readonly name: string;
  readonly at: number;
}

/** Fields of a record in the order of their bytes: the constants `<PREFIX>_<NAME>_AT` of layout.ts. */
export function fieldsOf(prefix: string): readonly Field[] {
  return Object.entries(layout)
    .filter(([constant]) => constant.startsWith(`${prefix}_`) && constant.endsWith("_AT"))
    .map(([constant, at]) => ({ name: camelCase(constant.slice(prefix.length + 1, -"_AT".length)), at }))
    .sort((a, b) => a.at - b.at);
}

function camelCase(constant: string): string {
  return constant.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Every byte of a model file, a field a line: offset, bytes, name and value (signed for requantisation and
 * multipliers).
 */
export function annotateModel(file: Uint8Array): string {
  const model = new ModelFile(file);
  const lines: string[] = [];
  let end = 0;
  const line = (from: number, to: number, text: string) => {
    for (let at = from; at < to; at += 16) {
      const bytes = Array.from(file.subarray(at, Math.min(to, at + 16)), (byte) => byte.toString(16).padStart(2, "0"));
      lines.push(
        `${at.toString(16).padStart(4, "0")}  ${bytes.join(" ").padEnd(47)}  ${at === from ? text : ""}`.trimEnd(),
      );
    }
    end = to;
  };
  const record = (title: string, prefix: string, from: number, bytes: number) => {
    const fields = fieldsOf(prefix);
    fields.forEach(({ name, at }, index) => {
      const next = fields[index + 1]?.at ?? bytes;
      line(from + at, from + next, `${title}.${name}${valueText(file, from + at, next - at, prefix, name)}`);
    });
  };
  record("header", "HEADER", 0, layout.HEADER_BYTES);
  for (let index = 0; index < layout.SECTION_COUNT; index++) {
    const from = layout.HEADER_BYTES + index * layout.SECTION_ENTRY_BYTES;
    record(`section[${index + 1}]`, "SECTION", from, layout.SECTION_ENTRY_BYTES);
  }
  const section = (kind: number) => {
    const { byteOffset, byteLength } = model.section(kind);
    const from = byteOffset - file.byteOffset;
    line(end, from, "padding");
    return { from, to: from + byteLength };
  };
  const table = (kind: number, title: string, prefix: string, bytes: number) => {
    const { from, to } = section(kind);
    for (let at = from; at < to; at += bytes) record(`${title}[${(at - from) / bytes}]`, prefix, at, bytes);
  };
  table(layout.SECTION_NETWORK, "network", "NETWORK", layout.NETWORK_BYTES);
  table(layout.SECTION_LAYERS, "layer", "LAYER", layout.LAYER_BYTES);
  const rows = section(layout.SECTION_REQUANTIZATION);
  model.layers.forEach(({ name, requantizationAt, rowForm }, index) => {
    const next = model.layers[index + 1]?.requantizationAt ?? rows.to - rows.from;
    const [prefix, bytes] =
      rowForm > 0 ? ["NARROW_ROW", layout.NARROW_ROW_BYTES] : ["REQUANTIZATION", layout.REQUANTIZATION_BYTES];
    for (let at = requantizationAt, row = 0; at < next; at += bytes, row++) {
      record(`${name}.row[${row}]`, prefix, rows.from + at, bytes);
    }
  });
  const weights = section(layout.SECTION_WEIGHTS).from;
  for (const layer of model.layers.filter(({ weightsBytes }) => weightsBytes > 0)) {
    line(weights + layer.weightsAt, weights + layer.weightsAt + layer.weightsBytes, `weights of ${layer.name}`);
  }
  const crcs = section(layout.SECTION_TILE_CRCS);
  for (let at = crcs.from; at < crcs.to; at += 4) line(at, at + 4, `tileCrc[${(at - crcs.from) / 4}]`);
  table(layout.SECTION_PLAN, "tensor", "PLAN", layout.PLAN_ENTRY_BYTES);
  table(layout.SECTION_BUDGET, "budget", "BUDGET", layout.BUDGET_BYTES);
  const metadata = section(layout.SECTION_METADATA);
  line(metadata.from, metadata.to, "metadata, JSON");
  const golden = section(layout.SECTION_GOLDEN);
  const input = golden.from + layout.GOLDEN_CRCS_AT + 4 * model.layers.length;
  record("golden", "GOLDEN", golden.from, input - golden.from);
  line(input, golden.to, "golden input");
  section(layout.SECTION_SIGNATURE);
  return lines.join("\n");
}

function valueText(file: Uint8Array, at: number, bytes: number, prefix: string, name: string): string {
  const view = new DataView(file.buffer, file.byteOffset);
  if (name === "reserved" || name === "magic" || name.startsWith("crc")) return "";
  if (bytes === 1) return ` = ${view.getUint8(at)}`;
  if (bytes === 2) {
    return ` = ${prefix === "NARROW_ROW" && name === "bias" ? view.getInt16(at, true) : view.getUint16(at, true)}`;
  }
  return ` = ${prefix === "REQUANTIZATION" ? view.getInt32(at, true) : view.getUint32(at, true)}`;
}
