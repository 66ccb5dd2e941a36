import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import initializeWabt from "wabt";

const wabt = await initializeWabt();

/** Every feature after the MVP that wabt knows, off. */
const MVP = {
  exceptions: false,
  mutable_globals: false,
  sat_float_to_int: false,
  sign_extension: false,
  simd: false,
  threads: false,
  function_references: false,
  multi_value: false,
  tail_call: false,
  bulk_memory: false,
  reference_types: false,
  annotations: false,
  code_metadata: false,
  gc: false,
  memory64: false,
  extended_const: false,
  relaxed_simd: false,
};

const BUILDS = [
  { name: "scalar", features: MVP, limitBytes: 40 * 1024, intrinsics: [] },
  { name: "simd", features: { ...MVP, simd: true }, limitBytes: 56 * 1024, intrinsics: [] },
  { name: "relaxed", features: { ...MVP, simd: true, relaxed_simd: true }, limitBytes: 56 * 1024, intrinsics: [] },
  { name: "dsp", features: MVP, limitBytes: 40 * 1024, intrinsics: ["dot4", "smlad"] },
];

/** The ABI (assembly/index.ts). */
const EXPORTS = [
  "clearEvents",
  "clearProfile",
  "conditionSamples",
  "conditionedAt",
  "configureInput",
  "eventBytes",
  "eventCount",
  "eventsAt",
  "finish",
  "initialize",
  "inputAt",
  "layerCrc",
  "layerRows",
  "layerWork",
  "loadModel",
  "prepareSnapshot",
  "push",
  "ramBytes",
  "reset",
  "restoreSnapshot",
  "samplesIn",
  "selfTest",
  "setChecking",
  "setProfiling",
  "snapshotPartAt",
  "snapshotPartBytes",
  "statusLayer",
  "statusOffset",
  "ticks",
  "waiting",
];

describe.each(BUILDS)("the $name engine", ({ name, features, limitBytes, intrinsics }) => {
  const bytes = readFileSync(new URL(`../host/build/engine.${name}.wasm`, import.meta.url));
  const text = (): string => {
    const module = wabt.readWasm(bytes, { readDebugNames: false, ...features });
    const wat = module.toText({ foldExprs: false, inlineExport: false });
    module.destroy();
    return wat;
  };

  it("uses no feature newer than the build allows", () => {
    const module = wabt.readWasm(bytes, { readDebugNames: false, ...features });
    expect(() => module.validate()).not.toThrow();
    module.destroy();
  });

  it("imports what is declared and nothing else", () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    const functions = ["flashRead", "trace", ...intrinsics].map((declared) => `env.${declared} function`);
    expect(imports.map((entry) => `${entry.module}.${entry.name} ${entry.kind}`).sort()).toEqual(
      ["env.memory memory", ...functions].sort(),
    );
  });

  it("exports the ABI and its memory, nothing else", () => {
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
    expect(exports.map((entry) => `${entry.name} ${entry.kind}`).sort()).toEqual(
      [...EXPORTS.map((name) => `${name} function`), "memory memory"].sort(),
    );
  });

  it("has no float instruction, no float value and no memory.grow", () => {
    const wat = text();
    expect(wat).toContain("i32.mul");
    expect(wat.match(/\bf(32|64)(x[24])?\b/g)).toBeNull();
    expect(wat).not.toContain("memory.grow");
  });

  it(`is at most ${limitBytes / 1024} KB`, () => {
    expect(bytes.length).toBeLessThanOrEqual(limitBytes);
  });
});

it.each([
  { name: "simd", without: MVP },
  { name: "relaxed", without: { ...MVP, simd: true } },
])("the $name build is one", ({ name, without }) => {
  const bytes = readFileSync(new URL(`../host/build/engine.${name}.wasm`, import.meta.url));
  expect(() => wabt.readWasm(bytes, { readDebugNames: false, ...without }).validate()).toThrow();
});
