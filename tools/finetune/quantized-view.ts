import { type LayerGrid, largestWeight } from "../export/quantized-network.ts";
import type { Tensor } from "../graph/model.ts";
import { stepKey } from "../graph/weight-shapes.ts";
import { roundToGrid } from "../quantize/quantizers/round-to-grid.ts";
import type { LayerGrids } from "../quantize/trained-integers.ts";
import type { WeightView } from "../train/gradients/weight-view.ts";

type Tensors = ReadonlyMap<string, Tensor>;

/** A channel whose step has shrunk to nothing still divides by something. */
const LEAST_STEP = 1e-12;

/**
 * The network computes with weights on their grids, w' = s q(w / s), one step s an output channel, while float weights w and
 * the steps are trained. On plain arrays, by the packer's own rounding: what training saw is what gets packed, on every
 * backend.
 */
export function quantizedView(codes: LayerGrids): WeightView {
  return {
    used: (trained) => quantizedWeights(trained, codes),
    gradients(trained, ofUsed) {
      const gradients = new Map(ofUsed);
      for (const [name, code] of codes) {
        const ofWeights = ofUsed.get(`${name}.weight`);
        // A frozen layer has none.
        if (ofWeights)
          for (const [key, data] of straightThrough(trained, name, code, ofWeights)) gradients.set(key, data);
      }
      return gradients;
    },
  };
}

/** The steps, above 0. */
export function trainedSteps(trained: Tensors, codes: LayerGrids): Tensors {
  return new Map(
    [...codes.keys()].map((name) => {
      const data = stepsOf(trained, name);
      return [stepKey(name), { shape: [data.length], data }];
    }),
  );
}

/** The tensors that the graph names, every weight on its grid. */
function quantizedWeights(trained: Tensors, codes: LayerGrids): Tensors {
  const tensors = new Map(trained);
  for (const [name, { grid, bits }] of codes) {
    const { shape, data } = weightsOf(trained, name);
    const steps = stepsOf(trained, name);
    const quantized = data.map((weight, index) => {
      const step = steps[index % steps.length];
      return step * roundToGrid(weight / step, grid, bits);
    });
    tensors.set(`${name}.weight`, { shape, data: quantized });
    tensors.delete(stepKey(name));
  }
  return tensors;
}

/**
 * Computes the gradients of weights and steps. A weight's gradient passes straight through the rounding (Bengio et al.
 * 2013), and is 0 where the grid cuts off: |w| >= s Q, Q its largest integer. A step's is LSQ's (Esser et al. 2020,
 * eq. 3): the sum over its n weights of gradient * (q - w / s), or of
 * gradient * (+-Q) where the grid cuts off, times 1 / sqrt(n Q).
 * @param ofUsed the gradient for the quantized weights
 */
function straightThrough(
  trained: Tensors,
  name: string,
  { grid, bits }: LayerGrid,
  ofUsed: Float32Array,
): readonly (readonly [string, Float32Array])[] {
  const { data } = weightsOf(trained, name);
  const steps = stepsOf(trained, name);
  const largest = largestWeight(grid, bits);
  const channels = steps.length;
  const sums = new Float64Array(channels);
  const ofWeights = ofUsed.map((gradient, index) => {
    const value = data[index] / steps[index % channels];
    const isInside = Math.abs(value) < largest;
    sums[index % channels] += gradient * (roundToGrid(value, grid, bits) - (isInside ? value : 0));
    return isInside ? gradient : 0;
  });
  const share = 1 / Math.sqrt((data.length / channels) * largest);
  return [
    [`${name}.weight`, ofWeights],
    [stepKey(name), Float32Array.from(sums, (sum) => share * sum)],
  ];
}

/** The last axis is the output channel. */
function weightsOf(tensors: Tensors, name: string): Tensor {
  return tensors.get(`${name}.weight`) as Tensor;
}

function stepsOf(tensors: Tensors, name: string): Float32Array {
  const { data } = tensors.get(stepKey(name)) as Tensor;
  return data.map((step) => Math.max(step, LEAST_STEP));
}
