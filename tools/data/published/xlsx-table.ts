import { inflateRawSync } from "node:zlib";
import { DataError } from "../../files/data-error.ts";
import { readBytes } from "../read-file.ts";

/*
 * An .xlsx file is a ZIP archive (PKWARE's APPNOTE 6.3) of XML parts (ECMA-376): cells in xl/worksheets/sheet1.xml, their
 * texts, numbered, in xl/sharedStrings.xml. The archive's directory is at its end:
 *
 *     entry:  u32 "PK\1\2" | .. | @10 u16 method | @20 u32 packed bytes | @28 u16 name, u16 extra, u16 comment bytes
 *             | @42 u32 offset of the local header | @46 name
 *     local:  u32 "PK\3\4" | .. | @26 u16 name, u16 extra bytes | @30 name, extra, packed bytes
 *     end:    u32 "PK\5\6" | .. | @10 u16 entries | @16 u32 offset of the directory
 */
const END_BYTES = 22;
const END_MARK = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads the texts of a workbook's first sheet, row by row; an empty cell is "".
 *
 * @throws DataError for a file that is no workbook
 */
export function readXlsxTable(path: string): string[][] {
  try {
    const parts = unzip(readBytes(path));
    const strings = [...(parts.get("xl/sharedStrings.xml") ?? "").matchAll(/<si\b[^>]*>(.*?)<\/si>/gs)];
    return sheetRows(
      parts.get("xl/worksheets/sheet1.xml") ?? "",
      strings.map(([, item]) => textOf(item)),
    );
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read as an .xlsx workbook (${(error as Error).message})`);
  }
}

function unzip(bytes: Uint8Array): Map<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_MARK) end--;
  if (end < 0) throw new RangeError("no end of a ZIP archive in it");
  const parts = new Map<string, string>();
  const decoder = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const nameBytes = view.getUint16(at + 28, true);
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.subarray(start, start + view.getUint32(at + 20, true));
    const method = view.getUint16(at + 10, true);
    if (method !== STORED && method !== DEFLATED) throw new RangeError(`${name} is packed by method ${method}`);
    if (name.endsWith(".xml")) parts.set(name, decoder.decode(method === STORED ? packed : inflateRawSync(packed)));
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return parts;
}

function sheetRows(xml: string, strings: readonly string[]): string[][] {
  return [...xml.matchAll(/<row\b[^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, cells = ""]) => {
    const row: string[] = [];
    for (const [, attributes, content = ""] of cells.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const letters = /\br="([A-Z]+)/.exec(attributes)?.[1];
      const column = letters === undefined ? row.length : columnOf(letters);
      while (row.length < column) row.push("");
      const value = /<v>(.*?)<\/v>/s.exec(content)?.[1] ?? "";
      row[column] = attributes.includes('t="s"')
        ? strings[Number(value)]
        : value === ""
          ? textOf(content)
          : plain(value);
    }
    return row;
  });
}

/** Returns the index of a column: A is 0, Z 25, AA 26. */
function columnOf(letters: string): number {
  return [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Joins all runs of a text. */
function textOf(xml: string): string {
  return [...xml.matchAll(/<t\b[^>]*>(.*?)<\/t>/gs)].map(([, run]) => plain(run)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function plain(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name]).trim();
}
