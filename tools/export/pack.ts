import { crc32 } from "node:zlib";
import * as layout from "../../assembly/shared/layout.ts";
import * as limits from "../../assembly/shared/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { type MeasuredBudget, macsPerHop } from "./budget.ts";
import { assembleFile, sectionOffsets } from "./file-assembly.ts";
import { type GoldenInput, goldenInput } from "./golden-input.ts";
import { ladderPlanes } from "./ladder-planes.ts";
import { lower } from "./lower/lower.ts";
import type { LoweredLayer } from "./lower/lowered-layer.ts";
import { type ModelFacts, modelMetadata } from "./metadata.ts";
import { arenaBytes, planMemory } from "./plan/memory-plan.ts";
import { networkTiming } from "./plan/timing.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";
import {
  budgetSection,
  concatenate,
  goldenSection,
  layersSection,
  networkSection,
  records,
  requantizationBytes,
  weightsSection,
} from "./sections.ts";

/** What only a run of the engine tells. */
export type Measured = MeasuredBudget & { readonly goldenCrcs: Uint32Array };

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
  readonly measured?: Measured;
}

/** Of a file with several rungs, `measured` for each. */
export interface PackLadderOptions extends Omit<PackOptions, "measured"> {
  readonly measured?: readonly Measured[];
}

/**
 * Packs a network into the bytes of a `.qhb` file (docs/FORMAT.md). The same arguments give the same bytes.
 * Throws RangeError on a network that the format cannot hold.
 */
export function pack(network: QuantizedNetwork, options: PackOptions = {}): Uint8Array {
  return packLadder([network], { ...options, measured: options.measured && [options.measured] });
}

/**
 * Packs networks that share their weights, the finest first: a rung each. Throws RangeError as `pack`, and where a rung's
 * weights are not the upper bits of the first's.
 */
export function packLadder(networks: readonly QuantizedNetwork[], options: PackLadderOptions = {}): Uint8Array {
  const [{ graph }] = networks;
  const planes = ladderPlanes(networks);
  const timing = networkTiming(graph, options.tickSamples);
  checkLimits(graph);
  const plan = planMemory(graph, timing.tickSamples);
  const input = options.goldenInput ?? goldenInput(graph, timing);
  const measured = networks.map(
    (_, rung): Measured =>
      options.measured?.[rung] ?? {
        ramBytes: arenaBytes(plan),
        flashReadBytesPerHop: 0,
        goldenCrcs: new Uint32Array(graph.nodes.length),
      },
  );
  const lowered = networks.map((network) => lower(network, options.wideRows, planes));
  const own = lowered.map((layers, rung) => rungSections(layers, input, measured[rung]));
  const [first, ...others] = own;
  const sectionsWith = (budgets: readonly Uint8Array[]) => [
    networkSection(graph, timing),
    first.layers,
    first.requantization,
    weightsSection(lowered[0]),
    first.tileCrcs,
    records(plan, layout.PLAN_ENTRY_BYTES, (writer, tensor) => {
      writer
        .u32(layout.PLAN_OFFSET_AT, tensor.offsetBytes)
        .u32(layout.PLAN_CAPACITY_ROWS_AT, tensor.capacityRows)
        .u32(layout.PLAN_KEPT_OFFSET_AT, tensor.keptOffsetBytes)
        .u32(layout.PLAN_KEPT_ROWS_AT, tensor.keptRows);
    }),
    budgets[0],
    new TextEncoder().encode(JSON.stringify(modelMetadata(networks[0], options.facts ?? {}))),
    first.golden,
    new Uint8Array(0),
    ...others.flatMap(({ layers, requantization, tileCrcs, golden }, index) => [
      layers,
      requantization,
      tileCrcs,
      budgets[index + 1],
      golden,
    ]),
  ];
  // A budget names the length of the file that holds it.
  const unknown = own.map(() => new Uint8Array(layout.BUDGET_BYTES));
  const { fileBytes } = sectionOffsets(sectionsWith(unknown).map((section) => section.length));
  const macs = macsPerHop(graph, timing);
  return assembleFile(sectionsWith(measured.map((each) => budgetSection(each, macs, timing.hopSamples, fileBytes))));
}

/** What a rung has of its own, its budget apart. */
function rungSections(layers: readonly LoweredLayer[], input: GoldenInput, { goldenCrcs }: Measured) {
  const tiles = layers.flatMap((layer) => layer.tiles);
  return {
    layers: layersSection(layers),
    requantization: concatenate(layers.map(requantizationBytes)),
    tileCrcs: records(tiles, layout.TILE_CRC_BYTES, (writer, tile) => writer.u32(0, crc32(tile))),
    golden: goldenSection(input, goldenCrcs),
  };
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
