import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { RANDOM_FILES } from "../cases/random-files.ts";
import { records } from "../cases/records.ts";
import { draws } from "../properties/draws.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { streamingModel } from "./hostile/models.ts";
import { BUILDS, CONDITIONED, decisionsOf } from "./implementations.ts";

describe.each(BUILDS)("records (%s)", (build) => {
  it.each(RANDOM_FILES)(
    "leave nothing behind after a reset, finished or not: %s",
    async (_, files) => {
      await fc.assert(
        fc.asyncProperty(files, records(600), records(600), fc.boolean(), async ({ pack }, before, record, finish) => {
          const file = pack();
          const engine = await Engine.load(file, { build });
          engine.configureInput(CONDITIONED);
          engine.push(before);
          if (finish) engine.finish();
          engine.reset();
          expect([...engine.layerCrcs(record)]).toEqual(runNetwork(decodeModel(file), record).layerCrcs);
        }),
        { numRuns: draws(50) },
      );
    },
    60_000,
  );

  // The model has a column every 8 samples, a pass every 16, and its first decision after 3 columns.
  it.each([0, 1, 7, 8, 15, 16, 17, 23, 24, 25, 40, 161])(
    "of %i samples give the reference's decisions",
    async (samples) => {
      const record = Int16Array.from({ length: samples }, (_, at) => ((at * 7919) % 4001) - 2000);
      const engine = await Engine.load(streamingModel, { build });
      const expected = runNetwork(decodeModel(streamingModel), record).decisions;
      expect(decisionsOf(engine, record, [samples])).toEqual(expected);
      expect(decisionsOf(engine, record, new Array<number>(samples).fill(1))).toEqual(expected);
    },
  );

  it("run on without a limit on events in one push", async () => {
    const engine = await Engine.load(streamingModel, { build });
    const record = Int16Array.from({ length: 20_000 }, (_, at) => Math.round(1000 * Math.sin(at / 9)));
    expect(decisionsOf(engine, record, [record.length])).toEqual(
      runNetwork(decodeModel(streamingModel), record).decisions,
    );
  });
});
