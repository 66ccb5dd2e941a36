import { expect, it } from "vitest";
import { Engine } from "../../host/engine.ts";
import { pack } from "../../tools/export/pack.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { quantizedNetwork } from "../cases/random-network.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { BUILDS, decisionsOf } from "./implementations.ts";

/** One window of the paper's network, and ten decisions of the wearable's. */
const SAMPLES = 5120;

/** Families whose weights the reference takes from 20 seconds to a minute for. */
export const LARGE_FAMILIES: readonly string[] = ["resnet1d-paper", "hubert-small"];

/** Tests that a family with random weights gives the reference's bytes in every build. */
export function itEqualsTheReference(family: string): void {
  const graph = buildGraph(family, ["N", "A", "O"]);
  const file = pack(quantizedNetwork(graph, 7), { goldenInput: new Int8Array(graph.windowSamples ?? 1) });
  const random = new SeededRandom(3);
  const record = Int16Array.from({ length: SAMPLES }, () => Math.round(random.normal() * 2000));

  it("gives the reference's bytes in every build", async () => {
    const expected = runNetwork(decodeModel(file), record);
    expect(expected.decisions.length).toBeGreaterThan(0);
    for (const build of BUILDS) {
      const engine = await Engine.load(file, { build });
      expect([...engine.layerCrcs(record)], build).toEqual(expected.layerCrcs);
      expect(decisionsOf(engine, record, [record.length]), build).toEqual(expected.decisions);
    }
  }, 600_000);
}
