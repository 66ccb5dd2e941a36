import type * as Protobuf from "protobufjs";
import { loadPackage } from "../peers/load-package.ts";

/** Element types of an ONNX tensor (onnx.proto, TensorProto.DataType). */
export const ONNX_FLOAT = 1;
export const ONNX_UINT8 = 2;
export const ONNX_INT8 = 3;
export const ONNX_INT32 = 6;
export const ONNX_INT64 = 7;

const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** An initializer; a scalar has no dimensions. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
}

export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** The domain of an operator that ONNX itself does not have. */
  readonly domain?: typeof MICROSOFT_DOMAIN;
}

/** An integer, several, or a number that is a float even if it is whole. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number };

/** The domain of the operators that ONNX Runtime adds. */
export const MICROSOFT_DOMAIN = "com.microsoft";

/** A graph with one float input and one float output. */
export interface OnnxGraph {
  readonly name: string;
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  readonly output: { readonly name: string; readonly dims: readonly number[] };
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

const repeated = (type: string, id: number) => ({ rule: "repeated" as const, type, id });
const field = (type: string, id: number) => ({ type, id });

/** The part of onnx.proto that the bench needs: message, field and field number. */
const SCHEMA: Protobuf.INamespace = {
  nested: {
    Model: { fields: { irVersion: field("int64", 1), graph: field("Graph", 7), opsetImport: repeated("Opset", 8) } },
    Opset: { fields: { domain: field("string", 1), version: field("int64", 2) } },
    Graph: {
      fields: {
        node: repeated("Node", 1),
        name: field("string", 2),
        initializer: repeated("Tensor", 5),
        input: repeated("ValueInfo", 11),
        output: repeated("ValueInfo", 12),
      },
    },
    Node: {
      fields: {
        input: repeated("string", 1),
        output: repeated("string", 2),
        name: field("string", 3),
        opType: field("string", 4),
        attribute: repeated("Attribute", 5),
        domain: field("string", 7),
      },
    },
    Attribute: {
      fields: {
        name: field("string", 1),
        f: field("float", 2),
        i: field("int64", 3),
        ints: repeated("int64", 8),
        type: field("int32", 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated("int64", 1),
        dataType: field("int32", 2),
        name: field("string", 8),
        rawData: field("bytes", 9),
      },
    },
    ValueInfo: { fields: { name: field("string", 1), type: field("Type", 2) } },
    Type: { fields: { tensorType: field("TensorType", 1) } },
    TensorType: { fields: { elemType: field("int32", 1), shape: field("Shape", 2) } },
    Shape: { fields: { dim: repeated("Dimension", 1) } },
    Dimension: { fields: { dimValue: field("int64", 1) } },
  },
};

const IR_VERSION = 8;
const OPSETS = [
  { domain: "", version: 17 },
  { domain: MICROSOFT_DOMAIN, version: 1 },
];

/** Encodes a graph as the bytes of an `.onnx` file. Throws NotInstalledError where protobufjs is not there. */
export async function encodeOnnx(graph: OnnxGraph): Promise<Uint8Array> {
  const { default: protobuf } = await loadPackage<{ default: typeof Protobuf }>("protobufjs");
  const model = protobuf.Root.fromJSON(SCHEMA).lookupType("Model");
  const message = {
    irVersion: IR_VERSION,
    opsetImport: OPSETS,
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeMessage),
      initializer: graph.initializers.map(tensorMessage),
      input: [valueInfo(graph.input)],
      output: [valueInfo(graph.output)],
    },
  };
  const problem = model.verify(message);
  if (problem) throw new TypeError(`graph ${graph.name} is no ONNX model: ${problem}`);
  return model.encode(message).finish();
}

function nodeMessage({ opType, inputs, output, attributes = {}, domain }: OnnxNode) {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeValue(value) }));
  return { opType, domain: domain ?? "", input: inputs, output: [output], name: output, attribute };
}

function attributeValue(value: OnnxAttribute) {
  if (typeof value === "number") return { i: value, type: ATTRIBUTE_INT };
  return "float" in value ? { f: value.float, type: ATTRIBUTE_FLOAT } : { ints: value, type: ATTRIBUTE_INTS };
}

function tensorMessage({ name, dims, data }: OnnxTensor) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, dataType: elementTypeOf(data), rawData };
}

function elementTypeOf(data: OnnxTensor["data"]): number {
  if (data instanceof Float32Array) return ONNX_FLOAT;
  if (data instanceof Uint8Array) return ONNX_UINT8;
  if (data instanceof BigInt64Array) return ONNX_INT64;
  return data instanceof Int8Array ? ONNX_INT8 : ONNX_INT32;
}

function valueInfo({ name, dims }: OnnxGraph["input"]) {
  const shape = { dim: dims.map((dimValue) => ({ dimValue })) };
  return { name, type: { tensorType: { elemType: ONNX_FLOAT, shape } } };
}
