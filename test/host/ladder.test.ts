import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_SUCH_RUNG, SNAPSHOT_BAD } from "../../assembly/shared/status.ts";
import { Engine } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import { sealLadder } from "../../tools/export/seal.ts";
import { RANDOM_LADDERS } from "../cases/random-ladder.ts";
import { chunkings, records } from "../cases/records.ts";
import { draws } from "../properties/draws.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { ladderModel } from "./hostile/models.ts";
import { BUILDS, decisionsOf } from "./implementations.ts";

const SUITES = BUILDS.flatMap((build) => RANDOM_LADDERS.map(([name, ladders]) => [build, name, ladders] as const));

describe.each(SUITES)("every rung of a ladder (%s), %s", (build, _, ladders) => {
  const pieces = records(700).chain((record) => fc.tuple(fc.constant(record), chunkings(record.length)));

  it("equals the reference, however the record is cut, and an ordinary file of the same weights", async () => {
    await fc.assert(
      fc.asyncProperty(ladders, pieces, async ({ make }, [record, chunks]) => {
        const { file, rungs, options } = make();
        for (const [rung, network] of rungs.entries()) {
          const engine = await Engine.load(file, { build, rung });
          expect([engine.rungs, engine.model.rung]).toEqual([rungs.length, rung]);
          const expected = runNetwork(decodeModel(file, rung), record);
          expect([...engine.layerCrcs(record, chunks)]).toEqual(expected.layerCrcs);
          expect(decisionsOf(engine, record, chunks)).toEqual(expected.decisions);
          const ordinary = await Engine.load(pack(network, options), { build });
          expect([...ordinary.layerCrcs(record)]).toEqual(expected.layerCrcs);
        }
      }),
      { numRuns: draws(25) },
    );
  }, 120_000);
});

describe.each(BUILDS)("a sealed ladder (%s)", (build) => {
  it.each(RANDOM_LADDERS)(
    "passes the self-test of every rung: %s",
    async (_, ladders) => {
      await fc.assert(
        fc.asyncProperty(ladders, async ({ make }) => {
          const { rungs, options } = make();
          const file = await sealLadder(rungs, options);
          for (const rung of rungs.keys()) (await Engine.load(file, { build, rung })).selfTest();
        }),
        { numRuns: draws(8) },
      );
    },
    60_000,
  );

  it("reads less flash on a lower rung", async () => {
    const bytes: number[] = [];
    for (const rung of [0, 1, 2]) {
      const engine = await Engine.load(ladderModel, { build, rung });
      engine.push(new Int16Array(400));
      bytes.push(engine.profile().flashBytes);
    }
    expect(bytes[1]).toBeLessThan(bytes[0]);
    expect(bytes[2]).toBeLessThan(bytes[1]);
  });

  it("refuses a rung that it does not have, and a snapshot of another one", async () => {
    const beyond = Engine.load(ladderModel, { build, rung: 3 });
    await expect(beyond).rejects.toMatchObject({ name: "EngineError", code: NO_SUCH_RUNG });
    await expect(beyond).rejects.toThrow("rung 3 of 3, counted from 0");
    const [fine, coarse] = await Promise.all([0, 1].map((rung) => Engine.load(ladderModel, { build, rung })));
    fine.push(new Int16Array(100));
    const refusal = expect.objectContaining({ code: SNAPSHOT_BAD, message: expect.stringContaining("of rung 0") });
    expect(() => coarse.restore(fine.snapshot())).toThrow(refusal);
    expect(() => fine.restore(fine.snapshot())).not.toThrow();
  });
});

it.each([-1, 0.5, Number.NaN, "1"])("a rung is no %s", async (rung) => {
  await expect(Engine.load(ladderModel, { rung: rung as number })).rejects.toThrow(RangeError);
});
