import type { LayerProfile, ModelFile, ModelLayer } from "qhubert-engine";
import { TILE_CHANNELS } from "../assembly/shared/limits.ts";
import type { CoreCosts } from "./core-costs.ts";

/** Returns whether a layer reads rows of two-byte elements; the input samples are such rows. */
function readsWideRows({ layers }: ModelFile, { inputs }: ModelLayer): boolean {
  return inputs[0] === 0 || layers[inputs[0] - 1].outType !== "int8";
}

/** Returns the cycles of one multiply-accumulate; 0 for a layer that multiplies nothing. */
function macCost({ cyclesPerMac }: CoreCosts, model: ModelFile, layer: ModelLayer): number {
  switch (layer.op) {
    case "conv1d":
      if (layer.groups > 1) return cyclesPerMac.groupedConv1d.value;
      return (readsWideRows(model, layer) ? cyclesPerMac.wideConv1d : cyclesPerMac.conv1d).value;
    case "depthwiseConv1d":
    case "dense":
    case "attention":
      return cyclesPerMac[layer.op].value;
    default:
      return 0;
  }
}

/** Computes the cycles of one output row without its multiply-accumulates. */
function rowCost(costs: CoreCosts, layer: ModelLayer): number {
  return layer.outChannels * elementCost(costs, layer) + (layer.op === "layerNorm" ? costs.cyclesPerNorm.value : 0);
}

function elementCost(costs: CoreCosts, { op, activation, kernel }: ModelLayer): number {
  const lookup = activation === "table" ? costs.cyclesPerTableLookup.value : 0;
  switch (op) {
    case "conv1d":
    case "depthwiseConv1d":
    case "dense":
      return costs.cyclesPerOutput.value + lookup;
    case "add":
      return costs.cyclesPerSum.value;
    case "maxPool":
      return kernel * costs.cyclesPerPoolElement.value;
    case "averagePool":
      return kernel * costs.cyclesPerPoolElement.value + costs.cyclesPerOutput.value;
    case "window":
      return costs.cyclesPerWindowElement.value;
    case "layerNorm":
      return costs.cyclesPerNormElement.value;
    case "groupNorm":
      // The root of a channel serves a whole sequence: its cycles are left out.
      return costs.cyclesPerNormElement.value + lookup;
    case "attention":
      // The price of attention's multiply-accumulates includes its outputs.
      return 0;
  }
}

function unpackCost({ cyclesPerWeight }: CoreCosts, { grid, planes, bits }: ModelLayer): number {
  if (planes > 0) return cyclesPerWeight.planes.value + bits * cyclesPerWeight.plane.value;
  return (grid === "ternary" ? cyclesPerWeight.ternary : cyclesPerWeight.bits).value;
}

/** Computes the cycles to unpack one weight and put it into its panel. */
function weightCost(costs: CoreCosts, model: ModelFile, layer: ModelLayer): number {
  const unpacked = unpackCost(costs, layer);
  if (!readsWideRows(model, layer)) return unpacked;
  // A group's last tile has places for eight channels even where it has fewer channels.
  const channels = layer.outChannels / layer.groups;
  const places = (Math.ceil(channels / TILE_CHANNELS) * TILE_CHANNELS) / channels;
  return unpacked + places * costs.cyclesPerWidePanelElement.value;
}

/** Cycles of one layer by the kind of work. */
export interface LayerWork {
  readonly macs: number;
  readonly outputs: number;
  readonly unpack: number;
}

/** Computes the device cycles of a layer's work between two readings of its counters. */
export function layerWork(
  costs: CoreCosts,
  model: ModelFile,
  layer: ModelLayer,
  before: LayerProfile,
  after: LayerProfile,
): LayerWork {
  return {
    macs: (after.macs - before.macs) * macCost(costs, model, layer),
    outputs: (after.rows - before.rows) * rowCost(costs, layer),
    unpack: (after.unpackedWeights - before.unpackedWeights) * weightCost(costs, model, layer),
  };
}
