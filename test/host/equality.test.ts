import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { RANDOM_FILES } from "../cases/random-files.ts";
import { chunkings, records } from "../cases/records.ts";
import { draws } from "../properties/draws.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { BUILDS, decisionsOf } from "./implementations.ts";

const SUITES = BUILDS.flatMap((build) => RANDOM_FILES.map(([name, files]) => [build, name, files] as const));

describe.each(SUITES)("engine (%s) = reference, %s", (build, _, files) => {
  it("in every layer's bytes and every decision, whatever the network and the record", async () => {
    await fc.assert(
      fc.asyncProperty(files, records(1200), async ({ pack }, record) => {
        const file = pack();
        const expected = runNetwork(decodeModel(file), record);
        const engine = await Engine.load(file, { build });
        expect([...engine.layerCrcs(record)]).toEqual(expected.layerCrcs);
        expect(decisionsOf(engine, record, [record.length])).toEqual(expected.decisions);
      }),
      { numRuns: draws(50, 150) },
    );
  }, 120_000);

  it("however the record is cut into pieces", async () => {
    const pieces = records(1200).chain((record) => fc.tuple(fc.constant(record), chunkings(record.length)));
    await fc.assert(
      fc.asyncProperty(files, pieces, async ({ pack }, [record, chunks]) => {
        const file = pack();
        const expected = runNetwork(decodeModel(file), record);
        const engine = await Engine.load(file, { build });
        expect([...engine.layerCrcs(record, chunks)]).toEqual(expected.layerCrcs);
        expect(decisionsOf(engine, record, chunks)).toEqual(expected.decisions);
      }),
      { numRuns: draws(50, 150) },
    );
  }, 120_000);
});
