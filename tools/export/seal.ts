import { Engine } from "qhubert-engine";
import { measureBudget } from "./budget.ts";
import { goldenSamples } from "./golden-input.ts";
import type { ModelFacts } from "./metadata.ts";
import { type Measured, Packing, type PackingOptions } from "./packing.ts";
import { networkTiming } from "./plan/timing.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";

interface SealOptions extends PackingOptions {
  /** Facts of the model, or a function that finds them with the packed network, which no facts are in yet. */
  readonly facts?: ModelFacts | ((unsealed: Uint8Array) => Promise<ModelFacts>);
}

/**
 * Packs a network with its golden vectors and measured budget: the network is packed once, run on the scalar engine, and the results
 * are written into the file. Throws EngineError where the engine refuses it, RangeError as `pack`.
 */
export function packSealed(network: QuantizedNetwork, options: SealOptions = {}): Promise<Uint8Array> {
  return sealLadder([network], options);
}

/** Packs a rung for each network as `packSealed` packs one, the finest first. Throws as `packSealed` and `packLadder`. */
export async function sealLadder(
  networks: readonly QuantizedNetwork[],
  { facts, ...options }: SealOptions = {},
): Promise<Uint8Array> {
  const [{ graph }] = networks;
  const packing = new Packing(networks, options);
  const unsealed = packing.file();
  const timing = networkTiming(graph, options.tickSamples);
  const measured: Measured[] = [];
  for (const rung of networks.keys()) {
    const engine = await Engine.load(unsealed, { build: "scalar", rung });
    const goldenCrcs = engine.layerCrcs(goldenSamples(packing.goldenInput));
    measured.push({ goldenCrcs, ...measureBudget(engine, graph, timing) });
  }
  return packing.file(typeof facts === "function" ? await facts(unsealed) : facts, measured);
}
