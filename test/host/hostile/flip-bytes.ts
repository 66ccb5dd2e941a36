import { describe, expect, it } from "vitest";
import * as status from "../../../assembly/shared/status.ts";
import { Engine } from "../../../host/engine.ts";
import { EngineError } from "../../../host/errors.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { BUILDS, CONDITIONED } from "../implementations.ts";
import { ModelEditor } from "./model-editor.ts";

/** A model, and the rungs of it that are tried in turn. */
export type Flipped = readonly [name: string, model: Uint8Array, rungs: number];

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

/** Every file gives a status or a model that runs, in every build. */
export function testByteFlips(models: readonly Flipped[], flips: number): void {
  describe.each(BUILDS)("random byte flips (%s)", (build) => {
    it.each(models)(
      "of %s give a status or a model that runs",
      async (_, model, rungs) => {
        const random = new SeededRandom(1);
        const record = Int16Array.from({ length: 300 }, () => random.integer(65536) - 32768);
        const outcomes = { refused: 0, ran: 0 };
        for (let flip = 0; flip < flips; flip++) {
          const file = damaged(model, random);
          try {
            const engine = await Engine.load(file, { build, rung: flip % rungs });
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
}
