import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SNAPSHOT_BAD, SNAPSHOT_NOT_AT_REST } from "../../assembly/shared/status.ts";
import { Engine, type EngineEvent, type InputConfig } from "../../host/index.ts";
import { RANDOM_FILES } from "../cases/random-files.ts";
import { records } from "../cases/records.ts";
import { draws } from "../properties/draws.ts";
import { syntheticCounts } from "./counts.ts";
import { oneWindowModel, streamingModel } from "./hostile/models.ts";
import { BUILDS, CONDITIONED } from "./implementations.ts";

const PARTS_AT = 16;
const CRC_AT = 12;

/** The snapshot with its CRC repaired. */
function sealed(snapshot: Uint8Array): Uint8Array {
  const copy = snapshot.slice();
  new DataView(copy.buffer).setUint32(CRC_AT, crc32(copy.subarray(PARTS_AT)), true);
  return copy;
}

/** Events of a record that is pushed up to `at`, moved to another engine, and pushed to its end there. */
async function movedEvents(file: Uint8Array, record: Int16Array, at: number, from: Engine): Promise<EngineEvent[]> {
  const before = from.push(record.subarray(0, at));
  const to = await Engine.load(file, { build: BUILDS[at % BUILDS.length] });
  to.configureInput({ sampleRateHz: 333, millivoltsPerCount: 0.5 });
  to.push(record.subarray(0, 99));
  to.restore(from.snapshot());
  return [...before, ...to.push(record.subarray(at)), ...to.finish()];
}

describe.each(BUILDS)("a snapshot (%s)", (build) => {
  it.each(RANDOM_FILES)(
    "goes on in any other build as if nothing had happened, at any moment: %s",
    async (_, files) => {
      const cases = fc.tuple(files, records(900), fc.double({ min: 0, max: 1, noNaN: true }));
      await fc.assert(
        fc.asyncProperty(cases, async ([{ pack }, record, share]) => {
          const file = pack();
          const whole = await Engine.load(file, { build });
          whole.configureInput(CONDITIONED);
          const expected = [...whole.push(record), ...whole.finish()];
          const from = await Engine.load(file, { build });
          from.configureInput(CONDITIONED);
          expect(await movedEvents(file, record, Math.floor(share * record.length), from)).toEqual(expected);
        }),
        { numRuns: draws(25, 60) },
      );
    },
    60_000,
  );

  it.each([125, 250, 360, 500, 512, 1000])("keeps front end and detector at %i Hz", async (sampleRateHz) => {
    const input: InputConfig = { sampleRateHz, millivoltsPerCount: 0.005 };
    const record = syntheticCounts(8, sampleRateHz);
    const whole = await Engine.load(streamingModel, { build });
    whole.configureInput(input);
    const expected = [...whole.push(record), ...whole.finish()];
    expect(expected.filter(({ kind }) => kind === "beat").length).toBeGreaterThan(3);
    for (const at of [0, 1, 777, 1234, record.length]) {
      const from = await Engine.load(streamingModel, { build });
      from.configureInput(input);
      expect(await movedEvents(streamingModel, record, at, from)).toEqual(expected);
    }
  });

  it("is not to be had of a finished record", async () => {
    const engine = await Engine.load(streamingModel, { build });
    engine.push(new Int16Array(100));
    engine.finish();
    expect(() => engine.snapshot()).toThrow(expect.objectContaining({ code: SNAPSHOT_NOT_AT_REST }));
    engine.reset();
    expect(() => engine.snapshot()).not.toThrow();
  });

  it("of another model, or cut short, leaves the record under way alone", async () => {
    const record = Int16Array.from({ length: 500 }, (_, at) => ((at * 7919) % 4001) - 2000);
    const engine = await Engine.load(streamingModel, { build });
    const other = await Engine.load(oneWindowModel, { build });
    const snapshot = engine.snapshot();
    const events = [...engine.push(record.subarray(0, 333))];
    for (const bad of [other.snapshot(), snapshot.subarray(1), snapshot.subarray(0, -1), new Uint8Array(0)]) {
      expect(() => engine.restore(bad)).toThrow(expect.objectContaining({ code: SNAPSHOT_BAD }));
    }
    const flipped = snapshot.slice();
    flipped[20] ^= 1;
    expect(() => engine.restore(flipped)).toThrow("CRC");
    events.push(...engine.push(record.subarray(333)), ...engine.finish());
    const whole = await Engine.load(streamingModel, { build });
    expect(events).toEqual([...whole.push(record), ...whole.finish()]);
  });

  it("with any bytes behind a right CRC is refused or runs on, and the engine stays good", async () => {
    const record = syntheticCounts(3, 250);
    const input: InputConfig = { sampleRateHz: 250, millivoltsPerCount: 0.005 };
    const engine = await Engine.load(streamingModel, { build });
    engine.configureInput(input);
    const expected = [...engine.push(record), ...engine.finish()];
    engine.reset();
    engine.push(record.subarray(0, 600));
    const snapshot = engine.snapshot();
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 30 });
    // The first bytes index and divide: they are hit as often as all the others together.
    const near = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(edits, near), (changes) => {
        const damaged = snapshot.slice();
        for (const [at, value] of changes) damaged[PARTS_AT + (at % (damaged.length - PARTS_AT))] = value;
        try {
          engine.restore(sealed(damaged));
        } catch (error) {
          expect(error).toMatchObject({ name: "EngineError", code: SNAPSHOT_BAD });
          refused++;
        }
        engine.push(record);
        engine.finish();
        engine.configureInput(input);
        expect([...engine.push(record), ...engine.finish()]).toEqual(expected);
        engine.reset();
      }),
      { numRuns: draws(150, 300) },
    );
    expect(refused).toBeGreaterThan(0);
  }, 60_000);

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", "snapshot"],
  ])("is not %s", async (_, snapshot) => {
    const engine = await Engine.load(streamingModel, { build });
    expect(() => engine.restore(snapshot as unknown as Uint8Array)).toThrow(TypeError);
  });
});
