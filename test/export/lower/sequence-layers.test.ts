import { beforeAll, describe, expect, it } from "vitest";
import * as layout from "../../../assembly/shared/layout.ts";
import * as ops from "../../../assembly/shared/ops.ts";
import { ModelFile } from "../../../host/index.ts";
import { lower } from "../../../tools/export/lower/lower.ts";
import type { LoweredLayer } from "../../../tools/export/lower/lowered-layer.ts";
import { pack } from "../../../tools/export/pack.ts";
import type { QuantizedNetwork } from "../../../tools/export/quantized-network.ts";
import type { FloatModel } from "../../../tools/graph/model.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../../tools/quantize/quantization-state.ts";
import { toyHubert, toyWindowHubert } from "../../quantize/toy-hubert.ts";
import { toyRecords } from "../../quantize/toy-model.ts";

const crops = (model: FloatModel) =>
  toyRecords(2, 5).map(({ samples }) => samples.subarray(0, model.graph.windowSamples ?? 5120));
const quantized = (model: FloatModel) => new QuantizationState(model, crops(model), 8, DEFAULT_QUANTIZATION).network();

describe.each([
  { form: "streaming", model: toyHubert(3) },
  { form: "one-window", model: toyWindowHubert(4) },
])("a $form transformer's layers", ({ model }) => {
  const { nodes } = model.graph;
  let network: QuantizedNetwork;
  let layers: ReadonlyMap<string, LoweredLayer>;
  const layer = (name: string) => layers.get(name) as LoweredLayer;
  const tensor = (name: string) => nodes.findIndex((node) => node.name === name) + 1;
  beforeAll(() => {
    network = quantized(model);
    layers = new Map(lower(network).map((lowered) => [lowered.name, lowered]));
  });

  it("have a row a channel, and a table behind where gelu follows", () => {
    for (const { op, activation, rows, table, outChannels, kernel } of layers.values()) {
      const ownRows: Readonly<Record<number, number>> = {
        [ops.OP_WINDOW]: 0,
        [ops.OP_ADD]: 0,
        [ops.OP_ATTENTION]: 1,
        [ops.OP_AVERAGE_POOL]: kernel,
      };
      expect(rows).toHaveLength(ownRows[op] ?? outChannels);
      expect(table).toHaveLength(activation === ops.ACTIVATION_TABLE ? layout.ACTIVATION_TABLE_ENTRIES : 0);
    }
    const withGelu = nodes.filter((node) => "activation" in node && node.activation === "gelu").map(({ name }) => name);
    const withTable = [...layers.values()].filter(({ activation }) => activation === ops.ACTIVATION_TABLE);
    expect(withTable.map(({ name }) => name)).toEqual(withGelu);
  });

  it("read query, key and value, in heads", () => {
    expect(layer("block1.attention")).toMatchObject({
      op: ops.OP_ATTENTION,
      inputs: ["query", "key", "value"].map((part) => tensor(`block1.${part}`)),
      groups: 2,
      outType: ops.TYPE_INT13,
    });
  });

  it("take the channels of their group alone, tile by tile", () => {
    const position = layer("position");
    expect(position).toMatchObject({ groups: 16, kernel: 8, padLeft: 4, padRight: 3, bits: 8 });
    // Groups of two channels in and out: a tile has two lanes of 8 taps of 2.
    expect(position.tiles.map((tile) => tile.length)).toEqual(Array.from({ length: 16 }, () => 8 * 2 * 2));
    expect(layer("project").groups).toBe(0);
  });

  it("add to a norm's variance what its input's scale makes of 1e-5", () => {
    for (const node of nodes) {
      const { epsilon, inChannels } = layer(node.name);
      if (node.op !== "layerNorm") continue;
      const scale = network.scales.get(node.input) as number;
      expect(epsilon).toBe(Math.max(1, Math.round((1e-5 * inChannels) / scale ** 2)));
    }
    const others = nodes.filter(({ op }) => op !== "layerNorm" && op !== "groupNorm");
    expect(others.map(({ name }) => layer(name).epsilon)).toEqual(others.map(() => 0));
  });

  it("stand in the file as they are, the rest of a record zero", () => {
    const bytes = new ModelFile(pack(network)).section(layout.SECTION_LAYERS);
    for (const [index, { name, groups, inputs, epsilon, rowForm }] of [...layers.values()].entries()) {
      const u16 = (at: number) => bytes.getUint16(index * layout.LAYER_BYTES + at, true);
      const u32 = (at: number) => bytes.getUint32(index * layout.LAYER_BYTES + at, true);
      expect(u16(layout.LAYER_GROUPS_AT), name).toBe(groups);
      expect(u16(layout.LAYER_INPUT_B_AT), name).toBe(inputs[1] ?? layout.NO_TENSOR);
      expect(u16(layout.LAYER_INPUT_C_AT), name).toBe(inputs[2] ?? 0);
      expect(u32(layout.LAYER_EPSILON_AT), name).toBe(epsilon);
      expect(bytes.getUint8(index * layout.LAYER_BYTES + layout.LAYER_ROW_FORM_AT), name).toBe(rowForm);
      for (let at = layout.LAYER_RESERVED_AT; at < layout.LAYER_BYTES; at++) {
        expect(bytes.getUint8(index * layout.LAYER_BYTES + at), `${name}, byte ${at}`).toBe(0);
      }
    }
  });
});

describe("a window", () => {
  it("takes rows as an average pool does", () => {
    const [stream, whole] = [toyHubert(3), toyWindowHubert(4)].map((model) => lower(quantized(model)));
    const find = (layers: readonly LoweredLayer[]) => layers.find(({ op }) => op === ops.OP_WINDOW);
    const geometry = { shift: 0, rows: [], tiles: [], activation: ops.ACTIVATION_NONE };
    expect(find(stream)).toMatchObject({ kernel: 79, stride: 8, padLeft: 63, outType: ops.TYPE_INT13, ...geometry });
    expect(find(whole)).toMatchObject({ kernel: 254, stride: 254, padLeft: 0, outType: ops.TYPE_INT16, ...geometry });
  });
});

describe("a network that the format cannot hold", () => {
  const network = () => quantized(toyHubert(3));
  const without = <T>(map: ReadonlyMap<string, T> | undefined, name: string) =>
    new Map([...(map ?? [])].filter(([key]) => key !== name));

  it.each<[string, (whole: QuantizedNetwork) => QuantizedNetwork, string]>([
    [
      "a norm without gains",
      (whole) => ({ ...whole, norms: without(whole.norms, "block1.norm") }),
      "layer block1.norm lacks its 32 gains and offsets",
    ],
    [
      "a gelu without a scale before it",
      (whole) => ({ ...whole, preScales: without(whole.preScales, "position") }),
      "layer position: scale before its gelu undefined, expected above 0",
    ],
    [
      "attention over too many rows",
      (whole) => ({ ...whole, graph: withSequences(whole.graph, 129) }),
      "layer block1.attention attends to 129 rows, limit 128",
    ],
  ])("is refused: %s", (_, change, sentence) => {
    expect(() => lower(change(network()))).toThrow(new RangeError(sentence));
  });
});

function withSequences(graph: QuantizedNetwork["graph"], rows: number): QuantizedNetwork["graph"] {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (node.op === "window") return { ...node, window: rows };
      return node.op === "averagePool" ? { ...node, window: rows, hop: rows, warmup: rows } : node;
    }),
  };
}
