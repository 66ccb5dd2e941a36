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
import { arenaBytes, planMemory, type TensorPlan } from "./plan/memory-plan.ts";
import { type NetworkTiming, networkTiming } from "./plan/timing.ts";
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

/** The figures of a file that only a run of the engine tells. */
export type Measured = MeasuredBudget & { readonly goldenCrcs: Uint32Array };

export interface PackingOptions {
  /** Samples of one pass of the network; `networkTiming` has the default. */
  readonly tickSamples?: number;
  /** The record of the self-test; default: a synthetic stretch. */
  readonly goldenInput?: GoldenInput;
  /** Requantisation rows of eight bytes, even where narrow rows serve. */
  readonly wideRows?: boolean;
}

/** The sections that each rung has of its own, without its budget and its golden vectors. */
type RungSections = ReturnType<typeof rungSections>;

/**
 * Networks that share their weights, lowered and cut into tiles once, the finest first. The same packing gives files with other facts
 * and other results of the engine.
 */
export class Packing {
  readonly goldenInput: GoldenInput;
  private readonly graph: Graph;
  private readonly timing: NetworkTiming;
  private readonly plan: readonly TensorPlan[];
  private readonly weights: Uint8Array;
  private readonly rungs: readonly RungSections[];

  /** Throws RangeError on networks that the format cannot hold, and where a rung's weights are not the upper bits of the first's. */
  constructor(
    private readonly networks: readonly QuantizedNetwork[],
    options: PackingOptions = {},
  ) {
    const [{ graph }] = networks;
    const planes = ladderPlanes(networks);
    this.graph = graph;
    this.timing = networkTiming(graph, options.tickSamples);
    checkLimits(graph);
    this.plan = planMemory(graph, this.timing.tickSamples);
    this.goldenInput = options.goldenInput ?? goldenInput(graph, this.timing);
    const lowered = networks.map((network) => lower(network, options.wideRows, planes));
    this.weights = weightsSection(lowered[0]);
    this.rungs = lowered.map(rungSections);
  }

  /** The bytes of a `.qhb` file. Without results of the engine it runs, but fails its self-test. */
  file(facts: ModelFacts = {}, measured: readonly Measured[] = this.unmeasured()): Uint8Array {
    const { graph, timing } = this;
    const macs = macsPerHop(graph, timing);
    const metadata = new TextEncoder().encode(JSON.stringify(modelMetadata(this.networks[0], facts)));
    const golden = measured.map(({ goldenCrcs }) => goldenSection(this.goldenInput, goldenCrcs));
    const sectionsWith = (budgets: readonly Uint8Array[]) => this.sections(metadata, golden, budgets);
    // A budget names the length of the file that holds it.
    const unknown = measured.map(() => new Uint8Array(layout.BUDGET_BYTES));
    const { fileBytes } = sectionOffsets(sectionsWith(unknown).map((section) => section.length));
    return assembleFile(sectionsWith(measured.map((each) => budgetSection(each, macs, timing.hopSamples, fileBytes))));
  }

  private sections(
    metadata: Uint8Array,
    golden: readonly Uint8Array[],
    budgets: readonly Uint8Array[],
  ): readonly Uint8Array[] {
    const [first, ...others] = this.rungs;
    return [
      networkSection(this.graph, this.timing),
      first.layers,
      first.requantization,
      this.weights,
      first.tileCrcs,
      planSection(this.plan),
      budgets[0],
      metadata,
      golden[0],
      new Uint8Array(0),
      ...others.flatMap(({ layers, requantization, tileCrcs }, index) => [
        layers,
        requantization,
        tileCrcs,
        budgets[index + 1],
        golden[index + 1],
      ]),
    ];
  }

  private unmeasured(): readonly Measured[] {
    return this.networks.map(() => ({
      ramBytes: arenaBytes(this.plan),
      flashReadBytesPerHop: 0,
      goldenCrcs: new Uint32Array(this.graph.nodes.length),
    }));
  }
}

function rungSections(layers: readonly LoweredLayer[]) {
  const tiles = layers.flatMap((layer) => layer.tiles);
  return {
    layers: layersSection(layers),
    requantization: concatenate(layers.map(requantizationBytes)),
    tileCrcs: records(tiles, layout.TILE_CRC_BYTES, (writer, tile) => writer.u32(0, crc32(tile))),
  };
}

function planSection(plan: readonly TensorPlan[]): Uint8Array {
  return records(plan, layout.PLAN_ENTRY_BYTES, (writer, tensor) => {
    writer
      .u32(layout.PLAN_OFFSET_AT, tensor.offsetBytes)
      .u32(layout.PLAN_CAPACITY_ROWS_AT, tensor.capacityRows)
      .u32(layout.PLAN_KEPT_OFFSET_AT, tensor.keptOffsetBytes)
      .u32(layout.PLAN_KEPT_ROWS_AT, tensor.keptRows);
  });
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
