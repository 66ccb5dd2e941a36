import { crc32, deflateRawSync } from "node:zlib";

/** Writes a workbook of one sheet as Excel does: texts in a list of their own, empty cells left out, parts deflated. */
export function xlsxOf(rows: readonly (readonly string[])[]): Uint8Array {
  const strings = [...new Set(rows.flat())];
  const sheet = rows.map((row, r) => {
    const cells = row.map((text, c) =>
      text === "" ? "" : `<c r="${String.fromCharCode(65 + c)}${r + 1}" t="s"><v>${strings.indexOf(text)}</v></c>`,
    );
    return `<row r="${r + 1}" spans="1:9">${cells.join("")}</row>`;
  });
  return zipOf({
    "xl/worksheets/sheet1.xml": `<?xml version="1.0"?><worksheet><sheetData>${sheet.join("")}</sheetData></worksheet>`,
    "xl/sharedStrings.xml": `<?xml version="1.0"?><sst>${strings.map(item).join("")}</sst>`,
  });
}

/** Writes a text in two runs, as after a change of font within the cell. */
function item(text: string): string {
  const escaped = (part: string) => part.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const runs = [text.slice(0, 2), text.slice(2)].map((run) => `<r><t xml:space="preserve">${escaped(run)}</t></r>`);
  return `<si>${runs.join("")}</si>`;
}

function zipOf(files: Readonly<Record<string, string>>): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(8, 4);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(packed.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), header, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.of(20, 0), header, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
