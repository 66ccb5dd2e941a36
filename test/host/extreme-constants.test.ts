import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { withExtremeConstants } from "../cases/extreme-constants.ts";
import { packSequences, randomSequences } from "../cases/random-sequences.ts";
import { records } from "../cases/records.ts";
import { draws } from "../properties/draws.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { BUILDS } from "./implementations.ts";

describe.each(BUILDS)("engine (%s) = reference", (build) => {
  it("whatever constants the norms, attentions, tables and adds of a file have", async () => {
    await fc.assert(
      fc.asyncProperty(randomSequences, fc.nat(), records(600), async (spec, seed, record) => {
        const file = withExtremeConstants(packSequences(spec), seed);
        const engine = await Engine.load(file, { build });
        expect([...engine.layerCrcs(record)]).toEqual(runNetwork(decodeModel(file), record).layerCrcs);
      }),
      { numRuns: draws(40, 100) },
    );
  }, 120_000);
});
