import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { packSpec, randomNetworks } from "../cases/random-network.ts";
import { chunkings, records } from "../cases/records.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { BUILDS, decisionsOf } from "./implementations.ts";

const cases = fc
  .tuple(randomNetworks, records(1200))
  .chain(([spec, record]) =>
    fc.record({ spec: fc.constant(spec), record: fc.constant(record), chunks: chunkings(record.length) }),
  );

describe.each(BUILDS)("engine (%s) = reference", (build) => {
  it("in every layer's bytes and every decision, whatever the network and the record", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ spec, record }) => {
        const file = packSpec(spec);
        const expected = runNetwork(decodeModel(file), record);
        const engine = await Engine.load(file, { build });
        expect([...engine.layerCrcs(record)]).toEqual(expected.layerCrcs);
        expect(decisionsOf(engine, record, [record.length])).toEqual(expected.decisions);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it("however the record is cut into pieces", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ spec, record, chunks }) => {
        const file = packSpec(spec);
        const expected = runNetwork(decodeModel(file), record);
        const engine = await Engine.load(file, { build });
        expect([...engine.layerCrcs(record, chunks)]).toEqual(expected.layerCrcs);
        expect(decisionsOf(engine, record, chunks)).toEqual(expected.decisions);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
