import { describe, expect, it } from "vitest";
import { TYPE_INT8, TYPE_INT13, TYPE_INT16 } from "../../../assembly/shared/ops.ts";
import { elementType } from "../../../tools/export/tensors/element-type.ts";
import { tensorIndex } from "../../../tools/export/tensors/tensor-index.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import { INPUT } from "../../../tools/graph/graph.ts";

const CLASSES = ["N", "A"];

function typesOf(family: string): ReadonlyMap<string, number> {
  const graph = buildGraph(family, CLASSES);
  const names = [INPUT, ...graph.nodes.map(({ name }) => name)];
  return new Map(names.map((name) => [name, elementType(graph, tensorIndex(graph, name))]));
}

const namesWith = (types: ReadonlyMap<string, number>, type: number) =>
  [...types].filter(([, found]) => found === type).map(([name]) => name);

describe("element types", () => {
  it("are int8 between input and logits in a network of convs", () => {
    const types = typesOf("resnet1d-edge");
    expect(namesWith(types, TYPE_INT16)).toEqual(["input", "head"]);
    expect(namesWith(types, TYPE_INT13)).toEqual([]);
    expect(namesWith(types, TYPE_INT8)).toHaveLength(types.size - 2);
  });

  it("are int13 in a transformer, and int16 where only a norm reads the sums", () => {
    const types = typesOf("hubert-nano");
    const sums = ["position.add", "block1.attention.add", "block1.add", "block2.attention.add", "block2.add"];
    expect(namesWith(types, TYPE_INT16)).toEqual(["input", "conv4", ...sums, "head"]);
    expect(namesWith(types, TYPE_INT8)).toEqual([]);
  });

  it("are those of the input behind a window, which hides no norm", () => {
    const types = typesOf("hubert-small");
    expect([types.get("conv0"), types.get("conv0.window")]).toEqual([TYPE_INT16, TYPE_INT16]);
    // A conv's table gives int16 to norms alone, a group norm's gives int13 whoever reads it.
    expect([types.get("conv0.norm"), types.get("conv4")]).toEqual([TYPE_INT13, TYPE_INT16]);
  });
});
