import { crc32 } from "node:zlib";
import * as layout from "../../assembly/shared/layout.ts";
import * as limits from "../../assembly/shared/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { type MeasuredBudget, macsPerHop } from "./budget.ts";
import { assembleFile, sectionOffsets } from "./file-assembly.ts";
import { type GoldenInput, goldenInput } from "./golden-input.ts";
import { lower } from "./lower.ts";
import { arenaBytes, planMemory } from "./memory-plan.ts";
import { type ModelFacts, modelMetadata } from "./metadata.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";
import {
  budgetSection,
  concatenate,
  goldenSection,
  layersSection,
  networkSection,
  records,
  requantizationBytes,
} from "./sections.ts";
import { networkTiming } from "./timing.ts";

export interface PackOptions {
  /** Samples of one pass of the network; networkTiming has the default. */
  readonly tickSamples?: number;
  readonly facts?: ModelFacts;
  /** The record of the self-test; default: a synthetic stretch. */
  readonly goldenInput?: GoldenInput;
  /** Requantisation rows of eight bytes, even where narrow ones serve. */
  readonly wideRows?: boolean;
  /**
   * What only a run of the engine tells: `packSealed` finds it. Without it the golden CRCs and the flash reads are 0
   * and the RAM is the arena alone: the file runs, but fails its self-test.
   */
  readonly measured?: MeasuredBudget & { readonly goldenCrcs: Uint32Array };
}

/**
 * Packs a network into the bytes of a `.qhb` file (docs/FORMAT.md). The same arguments give the same bytes.
 * Throws RangeError on a network that the format cannot hold.
 */
export function pack(network: QuantizedNetwork, options: PackOptions = {}): Uint8Array {
  const { graph } = network;
  const layers = lower(network, options.wideRows);
  const timing = networkTiming(graph, options.tickSamples);
  checkLimits(graph);
  const plan = planMemory(graph, timing.tickSamples);
  const tiles = layers.flatMap((layer) => layer.tiles);
  const measured = options.measured ?? {
    ramBytes: arenaBytes(plan),
    flashReadBytesPerHop: 0,
    goldenCrcs: new Uint32Array(layers.length),
  };
  const sections = [
    networkSection(graph, timing),
    layersSection(layers),
    concatenate(layers.map(requantizationBytes)),
    concatenate(tiles),
    records(tiles, layout.TILE_CRC_BYTES, (writer, tile) => writer.u32(0, crc32(tile))),
    records(plan, layout.PLAN_ENTRY_BYTES, (writer, tensor) => {
      writer
        .u32(layout.PLAN_OFFSET_AT, tensor.offsetBytes)
        .u32(layout.PLAN_CAPACITY_ROWS_AT, tensor.capacityRows)
        .u32(layout.PLAN_KEPT_OFFSET_AT, tensor.keptOffsetBytes)
        .u32(layout.PLAN_KEPT_ROWS_AT, tensor.keptRows);
    }),
    new Uint8Array(layout.BUDGET_BYTES),
    new TextEncoder().encode(JSON.stringify(modelMetadata(network, options.facts ?? {}))),
    goldenSection(options.goldenInput ?? goldenInput(graph, timing), measured.goldenCrcs),
    new Uint8Array(0),
  ];
  // The budget names the length of the file that holds it.
  const { fileBytes } = sectionOffsets(sections.map((section) => section.length));
  sections[layout.SECTION_BUDGET - 1] = budgetSection(
    measured,
    macsPerHop(graph, timing),
    timing.hopSamples,
    fileBytes,
  );
  return assembleFile(sections);
}

function checkLimits(graph: Graph): void {
  const last = graph.nodes.at(-1);
  if (last?.op !== "dense")
    throw new RangeError(`graph ${graph.name} ends in ${last?.op}; expected a dense node, the logits`);
  if (last.outFeatures !== graph.classes.length) {
    throw new RangeError(`graph ${graph.name} has ${last.outFeatures} logits for ${graph.classes.length} classes`);
  }
  const counts: [string, number, number][] = [
    ["layers", graph.nodes.length, limits.MAX_LAYERS],
    ["classes", graph.classes.length, limits.MAX_CLASSES],
    ["samples in a window", graph.windowSamples ?? 0, limits.MAX_WINDOW_SAMPLES],
  ];
  for (const [what, found, limit] of counts) {
    if (found > limit) throw new RangeError(`graph ${graph.name} has ${found} ${what}, limit ${limit}`);
  }
}
