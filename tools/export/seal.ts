import { Engine } from "qhubert-engine";
import { measureBudget } from "./budget.ts";
import { goldenInput, goldenSamples } from "./golden-input.ts";
import { type Measured, type PackOptions, packLadder } from "./pack.ts";
import { networkTiming } from "./plan/timing.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";

/**
 * Packs a network with its golden vectors and measured budget: the file is packed, run on the scalar engine, and packed
 * again with what the run gave. Throws EngineError where the engine refuses it, RangeError as `pack`.
 */
export function packSealed(
  network: QuantizedNetwork,
  options: Omit<PackOptions, "measured"> = {},
): Promise<Uint8Array> {
  return sealLadder([network], options);
}

/** The same for a rung each, the finest first. Throws as `packSealed` and `packLadder`. */
export async function sealLadder(
  networks: readonly QuantizedNetwork[],
  options: Omit<PackOptions, "measured"> = {},
): Promise<Uint8Array> {
  const [{ graph }] = networks;
  const timing = networkTiming(graph, options.tickSamples);
  const input = options.goldenInput ?? goldenInput(graph, timing);
  const unsealed = packLadder(networks, { ...options, goldenInput: input });
  const measured: Measured[] = [];
  for (const rung of networks.keys()) {
    const engine = await Engine.load(unsealed, { build: "scalar", rung });
    measured.push({ goldenCrcs: engine.layerCrcs(goldenSamples(input)), ...measureBudget(engine, graph, timing) });
  }
  return packLadder(networks, { ...options, goldenInput: input, measured });
}
