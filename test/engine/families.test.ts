import { describe, expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { SeededRandom } from "../../tools/data/random.ts";
import { isForEngine } from "../../tools/export/engine-node.ts";
import { pack } from "../../tools/export/pack.ts";
import { buildGraph, FAMILY_NAMES } from "../../tools/graph/families.ts";
import { quantizedNetwork } from "../cases/random-network.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { BUILDS, decisionsOf } from "./implementations.ts";

/** One window of the paper's network, and ten decisions of the wearable's. */
const SAMPLES = 5120;

/** Those whose every node the integer engine has. */
const FAMILIES = FAMILY_NAMES.filter((name) => isForEngine(buildGraph(name, ["N", "A", "O"])));

describe.each(FAMILIES)("%s with random weights", (family) => {
  const graph = buildGraph(family, ["N", "A", "O"]);
  const file = pack(quantizedNetwork(graph, 7), { goldenInput: new Int8Array(graph.windowSamples ?? 1) });
  const random = new SeededRandom(3);
  const record = Int16Array.from({ length: SAMPLES }, () => Math.round(random.normal() * 2000));

  // hubert-small's 30 million weights take a minute of CPU, most of it the reference's.
  it("gives the reference's bytes in every build", async () => {
    const expected = runNetwork(decodeModel(file), record);
    expect(expected.decisions.length).toBeGreaterThan(0);
    for (const build of BUILDS) {
      const engine = await Engine.load(file, { build });
      expect([...engine.layerCrcs(record)], build).toEqual(expected.layerCrcs);
      expect(decisionsOf(engine, record, [record.length]), build).toEqual(expected.decisions);
    }
  }, 600_000);
});
