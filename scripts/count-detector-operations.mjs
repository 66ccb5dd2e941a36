/**
 * Counts the integer operations that the R-peak detector and the signal quality execute a conditioned sample:
 *
 *   npm run build && node scripts/count-detector-operations.mjs FOLDER...
 *
 * on the annotated records of the folders. Every straight stretch of build/detector.wasm, which is the engine's code, is
 * made to add up its arithmetic, comparisons, loads, stores, selections, branches and calls; constants and locals, which are
 * registers, do not count. A call of `weigh` stands for a multiplication.
 */
import { readFile } from "node:fs/promises";
import { FrontEnd } from "qhubert-engine";
import initializeWabt from "wabt";
import { listAnnotated } from "../dist/tools/data/beat-list.js";
import { pickLead } from "../dist/tools/data/pick-lead.js";

const STRETCH_ENDS = /^(block|loop|if|else|end|br|br_if|br_table|return|unreachable|call|call_indirect)$/;
const FREE = /^(block|loop|else|end|nop|drop|unreachable|local\..*|i32\.const|i64\.const)$/;

const wabt = await initializeWabt();
const exports = await startCounting(await readFile(new URL("../build/detector.wasm", import.meta.url)));
const frontEnd = await FrontEnd.create("scalar");
for (const folder of process.argv.slice(2)) {
  const total = { samples: 0, operations: 0, raw: 0, most: 0 };
  for (const { load } of listAnnotated(folder).records) {
    const { record } = load();
    const lead = pickLead(record);
    const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / lead.countsPerMillivolt };
    add(total, frontEnd.condition(lead.samples, input).samples, lead.samples, 1000 * record.sampleRateHz);
  }
  const perSample = (operations) => (operations / total.samples).toFixed(1);
  console.log(
    `${folder}: ${total.samples} samples, ${perSample(total.operations)} operations each, ${total.most} at most in one` +
      `, and ${perSample(total.raw)} for its raw counts`,
  );
}

function add(total, samples, counts, sampleRateMilliHz) {
  exports.reset();
  for (const sample of samples) {
    const operations = countOf(() => exports.take(sample));
    total.operations += operations;
    total.most = Math.max(total.most, operations);
  }
  for (const count of counts) total.raw += countOf(() => exports.watch(count, sampleRateMilliHz));
  total.samples += samples.length;
}

function countOf(run) {
  exports.operations.value = 0;
  run();
  return exports.operations.value;
}

async function startCounting(bytes) {
  const plain = wabt.readWasm(Uint8Array.from(bytes), { readDebugNames: false });
  const text = withCounter(plain.toText({ foldExprs: false, inlineExport: false }));
  const { buffer } = wabt.parseWat("detector.wat", text, { mutable_globals: true }).toBinary({});
  const weights = await engineWeights();
  const weigh = (term, value) => weights[term] * value;
  return (await WebAssembly.instantiate(buffer, { env: { weigh } })).instance.exports;
}

/** A global that every straight stretch adds its operations to, exported as `operations`. */
function withCounter(text) {
  const lines = [];
  let inBody = false;
  let operations = 0;
  const globals = text.match(/^ {2}\(global /gm).length;
  const flush = () => {
    if (operations > 0) lines.push(`global.get ${globals} i32.const ${operations} i32.add global.set ${globals}`);
    operations = 0;
  };
  for (const line of text.replaceAll(/ ?\(;.*?;\)/g, "").split("\n")) {
    const [word] = /^[a-z_0-9.]+/.exec(line.trim()) ?? [""];
    if (line.startsWith("  (")) inBody = line.startsWith("  (func");
    if (inBody && word && !FREE.test(word)) operations++;
    const endsBody = inBody && word && line.endsWith(")");
    if (STRETCH_ENDS.test(word)) flush();
    lines.push(endsBody ? line.slice(0, -1) : line);
    if (!endsBody) continue;
    flush();
    lines.push(")");
  }
  const end = lines.join("\n").lastIndexOf(")");
  return `${lines.join("\n").slice(0, end)}(global (mut i32) (i32.const 0)) (export "operations" (global ${globals})))`;
}

async function engineWeights() {
  const source = await readFile(new URL("../assembly/signal/qrs-weights.ts", import.meta.url), "utf8");
  return [...source.matchAll(/^export const \w+: i32 = (-?\d+);$/gm)].map(([, value]) => Number(value));
}
