/**
 * Draws docs/stream.svg: the first seconds of a synthetic record of atrial fibrillation on a simulated nRF52840, as
 * `qhubert simulate --model models/resnet1d-edge.qhb --device nRF52840 --synth afib --seconds 15` runs it.
 * Run it after `npm run build`: node scripts/draw-stream.mjs
 */
import { readFile, writeFile } from "node:fs/promises";
import { simulate } from "qhubert/simulator";
import { synthesize } from "../dist/tools/data/synth/synthesize.js";

const SECONDS = 15;
const SHOWN_SECONDS = 8;
const WIDTH = 1000;
const HEIGHT = 456;
const LEFT = 150;
const RIGHT = 980;
const INK = "#222222";
const PALE = "#888888";
const BLUE = "#0072b2";
const RED = "#d55e00";

const record = synthesize({ rhythm: "afib", seconds: SECONDS, seed: 1 });
const [lead] = record.leads;
const report = await simulate({
  model: await readFile(new URL("../models/resnet1d-edge.qhb", import.meta.url)),
  device: "nRF52840",
  record: {
    name: record.name,
    sampleRateHz: record.sampleRateHz,
    samples: lead.samples,
    millivoltsPerCount: 1 / lead.countsPerMillivolt,
    baseline: lead.baseline,
  },
});
const shownMs = 1000 * SHOWN_SECONDS;
const beats = report.timeline.filter(({ kind, peakMs }) => kind === "beat" && peakMs < shownMs);
const decisions = report.timeline.filter(({ kind, ms }) => kind === "decision" && ms < shownMs);

const x = (ms) => Math.round(10 * (LEFT + ((RIGHT - LEFT) * ms) / shownMs)) / 10;
const y = (millivolts) => Math.round(10 * (150 - 75 * millivolts)) / 10;
const text = (at, top, words, attributes = "") => `<text x="${at}" y="${top}" ${attributes}>${words}</text>`;
const label = (top, words, note) =>
  text(16, top, words, 'font-weight="bold"') + text(16, top + 16, note, `fill="${PALE}" font-size="11"`);
/** Measured or modelled, as the report says of the figure. */
const kindOf = (figure) => report.sources[figure].kind ?? report.sources[figure].split(":")[0];

const shownSamples = Array.from(lead.samples.subarray(0, SHOWN_SECONDS * record.sampleRateHz));
const millivoltsOf = (count) => count / lead.countsPerMillivolt;
const trace = shownSamples
  .map((count, i) => `${x((1000 * i) / record.sampleRateHz)},${y(millivoltsOf(count))}`)
  .join(" ");

const parts = [
  "<title>A synthetic ECG, its R peaks, the decisions of a network, and the budgets of a simulated wearable</title>",
  `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
  text(
    16,
    26,
    `Synthetic atrial fibrillation, resnet1d-edge on a simulated ${report.device}`,
    'font-size="16" font-weight="bold"',
  ),
  ...Array.from({ length: SHOWN_SECONDS + 1 }, (_, second) => {
    const at = x(1000 * second);
    const line = `<line x1="${at}" y1="44" x2="${at}" y2="330" stroke="#e4e4e4"/>`;
    return line + text(at, 348, `${second} s`, `text-anchor="middle" fill="${PALE}" font-size="11"`);
  }),
  label(130, "ECG", "the input, 500 Hz"),
  `<polyline points="${trace}" fill="none" stroke="${INK}" stroke-width="1"/>`,
  label(226, "R peaks", `${kindOf("beats")}; each with its`),
  text(16, 258, `wait (${kindOf("latencyMs")})`, `fill="${PALE}" font-size="11"`),
  ...beats.map(({ peakMs, latencyMs }, index) => {
    const top = 218 + 12 * (index % 4);
    const end = x(Math.min(peakMs + latencyMs, shownMs));
    return (
      `<circle cx="${x(peakMs)}" cy="${y(peakMillivolts(peakMs)) - 9}" r="3.5" fill="${RED}"/>` +
      `<line x1="${x(peakMs)}" y1="${top}" x2="${end}" y2="${top}" stroke="${RED}" stroke-width="3"/>` +
      `<circle cx="${x(peakMs)}" cy="${top}" r="3.5" fill="${RED}"/>`
    );
  }),
  label(300, "Decisions", `every 512 ms, ${kindOf("decisions")}`),
  ...decisions.map(({ ms, label: name }) => {
    const box = `<rect x="${x(ms) - 11}" y="284" width="22" height="22" rx="4" fill="${BLUE}"/>`;
    return box + text(x(ms), 300, name, 'text-anchor="middle" fill="white" font-weight="bold"');
  }),
  text(
    x(decisions[0].ms),
    324,
    "A: atrial fibrillation; the first decision takes 2 s of signal",
    `fill="${PALE}" font-size="11"`,
  ),
  label(388, "Budgets", `of ${SECONDS} s of record`),
  ...budgets().map(([name, value, share], index) => {
    const [left, top] = [LEFT + 280 * (index % 3), 388 + 52 * Math.floor(index / 3)];
    const bar =
      share === null
        ? ""
        : `<rect x="${left}" y="${top + 8}" width="240" height="8" fill="#e4e4e4"/>` +
          `<rect x="${left}" y="${top + 8}" width="${Math.round(240 * share)}" height="8" fill="${BLUE}"/>`;
    return text(left, top, `${name}: ${value}`) + bar;
  }),
];

/** The trace's highest value within 40 ms of a peak. */
function peakMillivolts(peakMs) {
  const at = Math.round((peakMs * record.sampleRateHz) / 1000);
  return Math.max(...shownSamples.slice(Math.max(0, at - 20), at + 20).map(millivoltsOf));
}

/** Name with its kind, value, and the used share of the limit where there is one. */
function budgets() {
  const { ramBytes, flashBytes, latencyMs, dutyCycle, batteryDays, deadlineMisses } = report;
  const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KB`;
  return [
    ["RAM", `${kilobytes(ramBytes.peak)} of ${kilobytes(ramBytes.limit)}`, "ramBytes", ramBytes.peak / ramBytes.limit],
    [
      "flash",
      `${kilobytes(flashBytes.used)} of ${kilobytes(flashBytes.limit)}`,
      "flashBytes",
      flashBytes.used / flashBytes.limit,
    ],
    ["core awake", `${(100 * dutyCycle).toFixed(1)} % of the time`, "dutyCycle", dutyCycle],
    ["wait of a beat", `${latencyMs.p50.toFixed(0)} ms (p50)`, "latencyMs", null],
    ["deadlines missed", String(deadlineMisses), "deadlineMisses", null],
    ["battery of 100 mAh", `${batteryDays.toFixed(1)} days`, "batteryDays", null],
  ].map(([name, value, figure, share]) => [name, `${value}, ${kindOf(figure)}`, share]);
}

const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="13">${parts.join("\n")}</svg>\n`;
await writeFile(new URL("../docs/stream.svg", import.meta.url), svg);
