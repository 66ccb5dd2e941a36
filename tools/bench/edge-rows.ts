import { ModelFile } from "qhubert-engine";
import { TERNARY_BITS } from "../export/accounting.ts";
import { cropMacs, macsPer } from "../graph/costs.ts";
import { BUILDS } from "./builds.ts";
import { checkedEngine, type Fixture, fixtureOf, HOST_CACHE_BYTES, hopRun, windowRun } from "./engine-run.ts";
import { once } from "./once.ts";
import { WINDOW_SAMPLES } from "./reference-network.ts";
import type { Prepared, RowPlan } from "./row.ts";
import { EDGE_NAME, ecgWindow, edgeGraph, edgeModelFile } from "./subject.ts";

/** Samples between decisions of resnet1d-edge: 0.512 s. */
const HOP_SAMPLES = 256;

/**
 * Plans the shipped resnet1d-edge: a window of 10.24 s and a hop of its stream, with all weights unpacked and with
 * none.
 */
export function edgeRows(): RowPlan[] {
  const window = ecgWindow();
  const fixture = once(() => fixtureOf(edgeModelFile(), window));
  const model = new ModelFile(edgeModelFile());
  const graph = edgeGraph();
  const bits = meanBits(model);
  return BUILDS.flatMap((build) =>
    [HOST_CACHE_BYTES, 0].flatMap((cacheBytes): RowPlan[] => {
      const suffix = cacheBytes === 0 ? ", no tile cache" : "";
      const row = (name: string, macs: number, run: (fixture: Fixture) => Promise<Prepared>): RowPlan => ({
        name: `${EDGE_NAME} ${name}${suffix}`,
        build,
        bits,
        network: EDGE_NAME,
        macs,
        prepare: async () => run(await fixture()),
      });
      return [
        row("window", cropMacs(graph, WINDOW_SAMPLES), async (made) =>
          windowRun(await checkedEngine(made, build, cacheBytes), window),
        ),
        row("hop of 0.512 s", macsPer(graph, HOP_SAMPLES), async (made) =>
          hopRun(await checkedEngine(made, build, cacheBytes), window, HOP_SAMPLES),
        ),
      ];
    }),
  );
}

/** Averages the bits over all weights, to two digits. */
function meanBits({ layers }: ModelFile): number {
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  const bits = layers.reduce(
    (sum, layer) => sum + layer.weights * (layer.grid === "ternary" ? TERNARY_BITS : layer.bits),
    0,
  );
  return Math.round((100 * bits) / weights) / 100;
}
