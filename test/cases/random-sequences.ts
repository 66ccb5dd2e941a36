import type fc from "fast-check";
import { pack } from "../../tools/export/pack.ts";
import { lastStreamNode, tensorShapes } from "../../tools/graph/shapes.ts";
import type { TensorShape } from "../../tools/graph/tensor-shape.ts";
import { isAffordable } from "./affordable.ts";
import { type Packable, quantizedNetwork } from "./random-network.ts";
import { sequenceGraphOf } from "./sequence-graph.ts";
import { type SequenceSpec, sequenceSpecs } from "./sequence-spec.ts";

const LONGEST_STRIDE = 16;

/** Specs whose networks the reference runs in a moment: slow ones get longer strides and fewer decisions. */
export const randomSequences: fc.Arbitrary<SequenceSpec> = sequenceSpecs.map(affordable);

/** Packs a spec's network; its golden CRCs and its RAM budget are not filled in. */
export function packSequences(spec: SequenceSpec): Uint8Array {
  const { network, options } = packableSequences(spec);
  return pack(network, { ...options, wideRows: spec.seed % 4 === 0 });
}

export function packableSequences(spec: SequenceSpec): Packable {
  const graph = sequenceGraphOf(spec);
  const { strideSamples } = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return {
    network: quantizedNetwork(graph, spec.seed),
    options: {
      tickSamples: graph.windowSamples === null ? spec.tickRows * strideSamples : undefined,
      goldenInput: new Int8Array(graph.windowSamples ?? 200),
    },
  };
}

function affordable(spec: SequenceSpec): SequenceSpec {
  const { first, cut, sequence } = spec;
  const isShortest = first.stride >= LONGEST_STRIDE && sequence.length === 0;
  if (isShortest || isAffordable(sequenceGraphOf(spec))) return spec;
  // Longer strides do not help where the samples themselves are cut, since the windows stay as many.
  if (first.stride >= LONGEST_STRIDE) return affordable({ ...spec, sequence: sequence.slice(0, -1) });
  return affordable({
    ...spec,
    first: { ...first, stride: first.stride + 1 },
    cut: cut.kind === "stream" ? { ...cut, hop: cut.hop + 4 } : cut,
  });
}
