import { existsSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { Engine, type EngineBuild, FrontEnd } from "qhubert-engine";
import { type SynthesisOptions, synthesize } from "../../tools/data/synth/synthesize.ts";
import { pack } from "../../tools/export/pack.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { quantizedNetwork } from "../cases/random-network.ts";

/** Plain JSON without arrays: a value a line, so that a change reads as a diff. */
export type Content = { readonly [key: string]: string | number | Content };

const RECORDS: readonly SynthesisOptions[] = [
  { rhythm: "sinus", seconds: 12, sampleRateHz: 125, seed: 1 },
  { rhythm: "ectopic", seconds: 12, sampleRateHz: 250, seed: 2 },
  { rhythm: "afib", seconds: 12, sampleRateHz: 300, seed: 3 },
  { rhythm: "tachycardia", seconds: 12, sampleRateHz: 360, seed: 4 },
  { rhythm: "bradycardia", seconds: 12, sampleRateHz: 500, seed: 5 },
  { rhythm: "leadOff", seconds: 12, sampleRateHz: 1000, seed: 6 },
];
const CLASSES = ["N", "A", "O", "~"];
const SEED = 11;
const SHIPPED_MODEL = "models/resnet1d-edge.qhb";

/** The golden files by name, each with what makes it. The front end and the networks are one engine's, on one build. */
export const GOLDEN_FILES: Readonly<Record<string, (build: EngineBuild) => Promise<Content>>> = {
  "front-end": frontEndContent,
  "seeded-network": (build) => modelContent(pack(quantizedNetwork(buildGraph("resnet1d-edge", CLASSES), SEED)), build),
  ...(existsSync(SHIPPED_MODEL)
    ? { "shipped-model": (build) => modelContent(readFileSync(SHIPPED_MODEL), build) }
    : {}),
};

/** Synthetic records, and what the signal chain makes of each: the conditioned samples and the R peaks. */
async function frontEndContent(build: EngineBuild): Promise<Content> {
  const frontEnd = await FrontEnd.create(build);
  const entries = RECORDS.map((options) => {
    const record = synthesize(options);
    const { samples, countsPerMillivolt } = record.leads[0];
    const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / countsPerMillivolt };
    const { samples: conditioned, beats } = frontEnd.condition(samples, input);
    return [
      `${record.name} at ${record.sampleRateHz} Hz`,
      {
        recordCrc: crcOf(samples),
        conditionedSamples: conditioned.length,
        conditionedCrc: crcOf(conditioned),
        beats: beats.map(({ sample, detectedAt }) => `${sample}+${detectedAt - sample}`).join(" "),
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** A packed model, the CRC of every layer and the decisions, on a synthetic record. */
async function modelContent(file: Uint8Array, build: EngineBuild): Promise<Content> {
  const record = synthesize({ rhythm: "afib", seconds: 15, sampleRateHz: 300, seed: SEED });
  const { samples, countsPerMillivolt } = record.leads[0];
  const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / countsPerMillivolt };
  const { samples: conditioned } = (await FrontEnd.create(build)).condition(samples, input);
  const engine = await Engine.load(file, { build });
  const crcs = engine.layerCrcs(conditioned);
  engine.configureInput(input);
  const events = [...engine.push(samples), ...engine.finish()];
  const decisions = events.filter((event) => event.kind === "decision");
  return {
    fileBytes: file.length,
    fileCrc: crcOf(file),
    record: record.name,
    recordCrc: crcOf(samples),
    layerCrcs: Object.fromEntries(engine.model.layers.map(({ name }, layer) => [name, hex(crcs[layer])])),
    beats: events.flatMap((event) => (event.kind === "beat" ? [event.sample] : [])).join(" "),
    decisions: Object.fromEntries(
      decisions.map(({ sample, label, logits }) => [`up to ${sample}`, `${label}, logits ${logits.join(" ")}`]),
    ),
  };
}

/** CRC-32 of an array's little-endian bytes. */
function crcOf({ buffer, byteOffset, byteLength }: Uint8Array | Int16Array | Int32Array): string {
  return hex(crc32(new Uint8Array(buffer, byteOffset, byteLength)));
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
