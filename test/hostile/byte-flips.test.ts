import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as status from "../../assembly/shared/status.ts";
import { Engine } from "../../host/engine.ts";
import { EngineError } from "../../host/errors.ts";
import { SeededRandom } from "../../tools/data/random.ts";
import { BUILDS, CONDITIONED } from "../engine/implementations.ts";
import { ModelEditor } from "./model-editor.ts";
import { ladderModel, oneWindowModel, streamingModel, transformerModel } from "./models.ts";

const SHIPPED = new URL("../../models/", import.meta.url);
const shipped = readdirSync(SHIPPED).filter((name) => name.endsWith(".qhb"));

/** What the package ships, and small models, in which every field is hit. */
const models: readonly (readonly [name: string, model: Uint8Array, flips: number])[] = [
  ...shipped.map((name) => [name, new Uint8Array(readFileSync(new URL(name, SHIPPED))), 10_000] as const),
  ["a small streaming model", streamingModel, 3000],
  ["a small one-window model", oneWindowModel, 3000],
  ["a small transformer", transformerModel, 3000],
  ["a small ladder", ladderModel, 3000],
];

const KNOWN = new Set<number>(Object.values(status));

/** A few bytes changed, most often one. Half of the files get their CRC repaired: those reach the checks behind it. */
function damaged(model: Uint8Array, random: SeededRandom): Uint8Array {
  const editor = new ModelEditor(model);
  for (let changes = random.next() < 0.7 ? 1 : 4; changes > 0; changes--) {
    const byte = editor.bytes(random.integer(model.length), 1);
    byte.setUint8(0, byte.getUint8(0) ^ (1 + random.integer(255)));
  }
  return random.next() < 0.5 ? editor.sealed() : editor.unsealed();
}

describe.each(BUILDS)("random byte flips (%s)", (build) => {
  it.each(models)(
    "of %s give a status or a model that runs",
    async (_, model, flips) => {
      const random = new SeededRandom(1);
      const record = Int16Array.from({ length: 300 }, () => random.integer(65536) - 32768);
      const outcomes = { refused: 0, ran: 0 };
      for (let flip = 0; flip < flips; flip++) {
        const file = damaged(model, random);
        try {
          const engine = await Engine.load(file, { build, rung: flip % 3 && model === ladderModel ? flip % 3 : 0 });
          engine.configureInput(CONDITIONED);
          engine.push(record);
          engine.finish();
          outcomes.ran++;
        } catch (error) {
          // Anything else would be a trap (WebAssembly.RuntimeError) or a fault of the host.
          if (!(error instanceof EngineError) || !KNOWN.has(error.code)) throw error;
          outcomes.refused++;
        }
      }
      expect(outcomes.refused).toBeGreaterThan(flips / 2);
      expect(outcomes.ran).toBeGreaterThan(0);
    },
    300_000,
  );
});
