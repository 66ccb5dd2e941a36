import { Engine } from "../../host/index.ts";
import { measureBudget } from "./budget.ts";
import { goldenInput, goldenSamples } from "./golden-input.ts";
import { type PackOptions, pack } from "./pack.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";
import { networkTiming } from "./timing.ts";

/**
 * Packs a network with its golden vectors and measured budget: the file is packed, run on the scalar engine, and packed
 * again with what the run gave. Throws EngineError where the engine refuses it, RangeError as `pack`.
 */
export async function packSealed(
  network: QuantizedNetwork,
  options: Omit<PackOptions, "measured"> = {},
): Promise<Uint8Array> {
  const timing = networkTiming(network.graph, options.tickSamples);
  const input = options.goldenInput ?? goldenInput(network.graph, timing);
  const engine = await Engine.load(pack(network, { ...options, goldenInput: input }), { build: "scalar" });
  return pack(network, {
    ...options,
    goldenInput: input,
    measured: { goldenCrcs: engine.layerCrcs(goldenSamples(input)), ...measureBudget(engine, network.graph, timing) },
  });
}
