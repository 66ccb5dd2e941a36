import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as layout from "../assembly/shared/layout.ts";
import * as limits from "../assembly/shared/limits.ts";
import * as ops from "../assembly/shared/ops.ts";
import * as status from "../assembly/shared/status.ts";
import { Engine } from "../host/index.ts";
import { annotateModel, fieldsOf } from "./export/annotate-model.ts";
import { exampleModel } from "./export/example-model.ts";

const DOCUMENT = readFileSync(new URL("../docs/FORMAT.md", import.meta.url), "utf8");

/** Records of layout.ts with the bytes of each; golden vectors have no fixed length. */
const RECORDS = {
  HEADER: layout.HEADER_BYTES,
  SECTION: layout.SECTION_ENTRY_BYTES,
  NETWORK: layout.NETWORK_BYTES,
  LAYER: layout.LAYER_BYTES,
  REQUANTIZATION: layout.REQUANTIZATION_BYTES,
  NARROW_ROW: layout.NARROW_ROW_BYTES,
  PLAN: layout.PLAN_ENTRY_BYTES,
  BUDGET: layout.BUDGET_BYTES,
} as const;

interface Row {
  readonly offset: number;
  readonly type: string;
  readonly name: string;
}

/** The field table of the chapter whose title holds the record's prefix in backquotes. */
function documentedFields(prefix: string): readonly Row[] {
  const chapter = DOCUMENT.split(/^## /m).find((text) => text.split("\n")[0].includes(`(\`${prefix}\``)) ?? "";
  return [...chapter.matchAll(/^\| (\d+) \| ([a-z0-9]+(?:\[\w+\])?) \| (\w+) \|/gm)].map(([, offset, type, name]) => ({
    offset: Number(offset),
    type,
    name,
  }));
}

function typeBytes(type: string): number {
  const [, bits, count] = /^[ui](8|16|32)(?:\[(\d+)\])?$/.exec(type) ?? [];
  return (Number(bits) / 8) * Number(count ?? 1);
}

/** Constants of a module as a table row `| NAME | value |` would have them. */
function constantRows(module: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(module).map(([name, value]) => `| ${name} | ${value} |`);
}

describe("FORMAT.md equals the code", () => {
  it.each([...Object.keys(RECORDS), "GOLDEN"])("has every field of %s at its offset, in order", (prefix) => {
    expect(documentedFields(prefix).map(({ name, offset }) => ({ name, at: offset }))).toEqual(fieldsOf(prefix));
  });

  it.each(Object.entries(RECORDS))("accounts for every byte of %s", (prefix, bytes) => {
    let end = 0;
    for (const row of documentedFields(prefix)) {
      expect(row.offset).toBe(end);
      end += typeBytes(row.type);
    }
    expect(end).toBe(bytes);
    expect(DOCUMENT).toContain(`(\`${prefix}\`, ${bytes} bytes`);
  });

  it("has no *_AT constant outside its records", () => {
    const prefixes = [...Object.keys(RECORDS), "GOLDEN"];
    const strays = Object.keys(layout).filter(
      (name) => name.endsWith("_AT") && !prefixes.some((prefix) => name.startsWith(`${prefix}_`)),
    );
    expect(strays).toEqual([]);
  });

  it("numbers sections, operations, activations, types and grids alike", () => {
    const kinds = Object.entries(layout).filter(
      ([name, value]) =>
        /^SECTION_[A-Z_]+$/.test(name) && !/_(AT|BYTES|COUNT|ALIGNMENT)$/.test(name) && value <= layout.SECTION_COUNT,
    );
    expect(kinds).toHaveLength(layout.SECTION_COUNT);
    for (const [name, value] of kinds) expect(DOCUMENT).toContain(`| ${value} | ${name} |`);
    for (const row of constantRows(ops)) expect(DOCUMENT).toContain(row);
  });

  it("states every limit of a file", () => {
    const ofTheEngine = /^(MIN_|MAX_SAMPLE_RATE|MODEL_SAMPLE_RATE|MAX_RESAMPLE|INPUT_CAPACITY|EVENT_CAPACITY)/;
    const ofTheFile = Object.fromEntries(Object.entries(limits).filter(([name]) => !ofTheEngine.test(name)));
    for (const row of constantRows(ofTheFile)) expect(DOCUMENT).toContain(row);
  });

  it("names every status of a file, and none that does not exist", () => {
    const ofTheFile = Object.keys(status).filter((name) => /^(MODEL|LAYER|PLAN|BUDGET|GOLDEN)_/.test(name));
    for (const name of ofTheFile) expect(DOCUMENT).toMatch(new RegExp(`\\b${name}\\b`));
    const statusCells = [...DOCUMENT.matchAll(/\| ([A-Z_]+) \|$/gm)].map(([, name]) => name);
    expect(statusCells.filter((name) => !(name in status))).toEqual([]);
  });

  it("shows the example model's own bytes", () => {
    expect(DOCUMENT).toContain(`\`\`\`\n${annotateModel(exampleModel())}\n\`\`\``);
  });

  it("annotates every byte of the example once", () => {
    const bytes = [...annotateModel(exampleModel()).matchAll(/^[0-9a-f]{4,} {2}((?:[0-9a-f]{2} ?)+)/gm)]
      .flatMap(([, hex]) => hex.trim().split(" "))
      .map((byte) => Number.parseInt(byte, 16));
    expect(Uint8Array.from(bytes)).toEqual(exampleModel());
  });

  it.each(["scalar", "simd"] as const)("shows a model that runs and passes its self-test (%s)", async (build) => {
    const engine = await Engine.load(exampleModel(), { build });
    engine.selfTest();
    expect(engine.model.classes).toEqual(["no", "yes"]);
  });
});
