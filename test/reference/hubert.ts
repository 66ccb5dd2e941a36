/*
 * HuBERT-ECG in plain arithmetic, from its description (Coppola et al. 2024; Hsu et al. 2021) and the documentation of the
 * PyTorch modules that its checkpoints are written by. Nothing here knows of graphs, layouts or tensors: a matrix is
 * rows of numbers, a row is a token (or, in the convs, a column of the signal).
 */

/** Tensors by the names of a published checkpoint, row-major, PyTorch's axes. */
export type Checkpoint = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export interface HubertConfig {
  readonly heads: number;
  /** Strides of the convs, first to last. */
  readonly strides: readonly number[];
  readonly positionGroups: number;
  /**
   * The norm of the first conv: each channel over the time axis, as published; or batch norm's running statistics, which
   * the streaming family has there (`batch_norm.{weight,bias,running_mean,running_var}`).
   */
  readonly firstNorm: "group" | "batch";
}

type Matrix = Float64Array<ArrayBuffer>[];

const EPSILON = 1e-5;

/** Logits of a signal: tokens, transformer, mean over the tokens, classifier. */
export function hubertLogits(checkpoint: Checkpoint, config: HubertConfig, signal: ArrayLike<number>): Float64Array {
  const tokens = hubertTokens(checkpoint, config, signal);
  const encoded = hubertEncode(checkpoint, config, tokens);
  const mean = encoded[0].map((_, i) => encoded.reduce((sum, row) => sum + row[i], 0) / encoded.length);
  return linear(checkpoint, "classifier", [mean])[0];
}

/** The features of each 82 samples, projected. */
export function hubertTokens(checkpoint: Checkpoint, config: HubertConfig, signal: ArrayLike<number>): Matrix {
  let x: Matrix = Array.from(signal, (value) => Float64Array.of(value));
  config.strides.forEach((stride, layer) => {
    const name = `feature_extractor.conv_layers.${layer}`;
    x = convolve(x, at(checkpoint, `${name}.conv.weight`), stride, 1);
    if (layer === 0) x = config.firstNorm === "group" ? overTime(checkpoint, name, x) : frozen(checkpoint, name, x);
    x = x.map((row) => row.map(gelu));
  });
  return linear(checkpoint, "feature_projection.projection", layerNorm(checkpoint, "feature_projection.layer_norm", x));
}

/** Tokens through the positional conv and the transformer. */
export function hubertEncode(checkpoint: Checkpoint, config: HubertConfig, tokens: Matrix): Matrix {
  const conv = "encoder.pos_conv_embed.conv";
  const weight = positionWeight(checkpoint, conv);
  const bias = at(checkpoint, `${conv}.bias`).data;
  const pad = Math.floor(weight.shape[2] / 2);
  const zeros = () => Array.from({ length: pad }, () => new Float64Array(tokens[0].length));
  const positions = convolve([...zeros(), ...tokens, ...zeros()], weight, 1, config.positionGroups);
  // An even kernel gives one token too many, which is dropped.
  let x = tokens.map((row, t) => row.map((value, i) => value + gelu(positions[t][i] + bias[i])));
  x = layerNorm(checkpoint, "encoder.layer_norm", x);
  for (let layer = 0; checkpoint.has(`encoder.layers.${layer}.final_layer_norm.weight`); layer++) {
    x = transformerLayer(checkpoint, `encoder.layers.${layer}`, config.heads, x);
  }
  return x;
}

function transformerLayer(checkpoint: Checkpoint, name: string, heads: number, x: Matrix): Matrix {
  const attended = layerNorm(checkpoint, `${name}.layer_norm`, sum(x, attend(checkpoint, name, heads, x)));
  const hidden = linear(checkpoint, `${name}.feed_forward.intermediate_dense`, attended).map((row) => row.map(gelu));
  const fed = linear(checkpoint, `${name}.feed_forward.output_dense`, hidden);
  return layerNorm(checkpoint, `${name}.final_layer_norm`, sum(attended, fed));
}

/** Multi-head self-attention (Vaswani et al. 2017), the query scaled. */
function attend(checkpoint: Checkpoint, name: string, heads: number, x: Matrix): Matrix {
  const project = (part: string) => linear(checkpoint, `${name}.attention.${part}_proj`, x);
  const [query, key, value] = [project("q"), project("k"), project("v")];
  const size = x[0].length / heads;
  const mixed = x.map((row) => new Float64Array(row.length));
  for (let head = 0; head < heads; head++) {
    const part = (row: Float64Array) => row.slice(head * size, (head + 1) * size);
    const keys = key.map(part);
    const values = value.map(part);
    query.map(part).forEach((q, t) => {
      const scores = keys.map((k) => k.reduce((acc, value, i) => acc + value * q[i], 0) * size ** -0.5);
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      const total = powers.reduce((a, b) => a + b, 0);
      for (let i = 0; i < size; i++) {
        mixed[t][head * size + i] = values.reduce((acc, v, other) => acc + (powers[other] / total) * v[i], 0);
      }
    });
  }
  return linear(checkpoint, `${name}.attention.out_proj`, mixed);
}

/** Conv1d without padding or bias: weight [out][in / groups][kernel]. */
function convolve(
  x: Matrix,
  { shape: [out, inputs, kernel], data }: { shape: readonly number[]; data: Float32Array },
  stride: number,
  groups: number,
): Matrix {
  const columns = Math.floor((x.length - kernel) / stride) + 1;
  const fanIn = inputs * kernel;
  return Array.from({ length: columns }, (_, column) => {
    const seen = x.slice(column * stride, column * stride + kernel);
    const patches = Array.from({ length: groups }, (_, group) =>
      Float64Array.from({ length: fanIn }, (_, k) => seen[k % kernel][group * inputs + Math.floor(k / kernel)]),
    );
    return Float64Array.from({ length: out }, (_, o) =>
      dot(patches[Math.floor((o * groups) / out)], data.subarray(o * fanIn, (o + 1) * fanIn)),
    );
  });
}

/** torch.nn.utils.weight_norm(dim=2): each tap's weights are g * v / |v|; under its old names or its new ones. */
function positionWeight(checkpoint: Checkpoint, name: string): { shape: readonly number[]; data: Float32Array } {
  const isNew = checkpoint.has(`${name}.parametrizations.weight.original0`);
  const [gain, direction] = (
    isNew ? ["parametrizations.weight.original0", "parametrizations.weight.original1"] : ["weight_g", "weight_v"]
  ).map((part) => at(checkpoint, `${name}.${part}`));
  const kernel = direction.shape[2];
  const squares = new Float64Array(kernel);
  direction.data.forEach((value, i) => {
    squares[i % kernel] += value * value;
  });
  const data = direction.data.map((value, i) => (gain.data[i % kernel] * value) / Math.sqrt(squares[i % kernel]));
  return { shape: direction.shape, data };
}

/** Linear: weight [out][in], bias [out]. */
function linear(checkpoint: Checkpoint, name: string, x: Matrix): Matrix {
  const { shape, data } = at(checkpoint, `${name}.weight`);
  const bias = at(checkpoint, `${name}.bias`).data;
  const [out, inputs] = shape;
  return x.map((row) =>
    Float64Array.from({ length: out }, (_, o) => bias[o] + dot(row, data.subarray(o * inputs, (o + 1) * inputs))),
  );
}

/** Each row over its channels. */
function layerNorm(checkpoint: Checkpoint, name: string, x: Matrix): Matrix {
  const [weight, bias] = ["weight", "bias"].map((part) => at(checkpoint, `${name}.${part}`).data);
  return x.map((row) => normal(row).map((value, i) => value * weight[i] + bias[i]));
}

/** GroupNorm with as many groups as channels: each channel over time. */
function overTime(checkpoint: Checkpoint, name: string, x: Matrix): Matrix {
  const [weight, bias] = ["weight", "bias"].map((part) => at(checkpoint, `${name}.layer_norm.${part}`).data);
  const channels = Array.from(x[0], (_, i) => normal(Float64Array.from(x, (row) => row[i])));
  return x.map((row, t) => row.map((_, i) => channels[i][t] * weight[i] + bias[i]));
}

/** BatchNorm1d as it is after training. */
function frozen(checkpoint: Checkpoint, name: string, x: Matrix): Matrix {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (part) => at(checkpoint, `${name}.batch_norm.${part}`).data,
  );
  return x.map((row) =>
    row.map((value, i) => ((value - mean[i]) / Math.sqrt(variance[i] + EPSILON)) * weight[i] + bias[i]),
  );
}

function normal(values: Float64Array): Float64Array<ArrayBuffer> {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((acc, value) => acc + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance + EPSILON));
}

/** x/2 (1 + erf(x / sqrt 2)), erf by its series below 3 and its continued fraction beyond: both to double precision. */
export function gelu(x: number): number {
  const z = Math.abs(x) * Math.SQRT1_2;
  return (x / 2) * (1 + Math.sign(x) * (z < 3 ? erfSeries(z) : 1 - erfcFraction(z)));
}

/** 2/sqrt(pi) sum (-1)^n z^(2n+1) / (n! (2n+1)) in its form without cancellation: exp(-z^2) sum 2^n z^(2n+1) / (2n+1)!!. */
function erfSeries(z: number): number {
  let term = z;
  let total = z;
  for (let n = 1; n < 80; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * total;
}

/** exp(-z^2)/sqrt(pi) / (z + (1/2)/(z + (2/2)/(z + (3/2)/(z + ...)))) */
function erfcFraction(z: number): number {
  let fraction = z;
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction;
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction;
}

function sum(a: Matrix, b: Matrix): Matrix {
  return a.map((row, t) => row.map((value, i) => value + b[t][i]));
}

function dot(a: Float64Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

function at(checkpoint: Checkpoint, name: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const tensor = checkpoint.get(name);
  if (!tensor) throw new RangeError(`the checkpoint has no ${name}`);
  return tensor;
}
