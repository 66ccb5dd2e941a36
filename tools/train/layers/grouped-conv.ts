import * as tf from "@tensorflow/tfjs";

/** Attributes of tfjs's convolution kernels. */
interface ConvAttributes extends tf.NamedAttrMap {
  readonly strides: [number, number];
  readonly pad: tf.backend_util.ExplicitPadding;
}

/**
 * A convolution of each group of consecutive channels by itself. Its gradient is put together from those of the groups: through
 * tfjs's slices each would be padded to all channels and added up.
 * @param x [batch][rows][in]
 * @param weight [kernel][in / groups][out]
 * @returns [batch][rows'][out]
 */
export function groupedConv(
  x: tf.Tensor3D,
  weight: tf.Tensor3D,
  groups: number,
  stride: number,
  [padLeft, padRight]: readonly [number, number],
): tf.Tensor3D {
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [0, 0],
    [padLeft, padRight],
    [0, 0],
  ];
  const attrs = { strides: [1, stride] as [number, number], pad, dataFormat: "NHWC" };
  const convolve = tf.customGrad((...args) => {
    const [input, filter, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    save([input, filter]);
    const parts = [input, filter].map((tensor) => tf.split(tensor, groups, 3));
    const value = tf.concat(
      parts[0].map((part, group) => tf.conv2d(part as tf.Tensor4D, parts[1][group] as tf.Tensor4D, [1, stride], pad)),
      3,
    );
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, groups, attrs);
    return { value, gradFunc: gradFunc as never };
  });
  const [batch, rows, channels] = x.shape;
  const out = convolve(x.reshape([batch, 1, rows, channels]), weight.reshape([1, ...weight.shape])) as tf.Tensor4D;
  return out.reshape([batch, out.shape[2], out.shape[3]]);
}

/** Returns the gradients of the input and of the filter. */
function gradients(dy: tf.Tensor, saved: tf.Tensor[], groups: number, attrs: ConvAttributes): tf.Tensor[] {
  const [inputs, filters, given] = [...saved, dy].map((tensor) => tf.split(tensor as tf.Tensor4D, groups, 3));
  const run = (name: string, tensors: tf.NamedTensorMap, shape: object) =>
    tf.engine().runKernel(name, tensors, { ...attrs, ...shape }) as tf.Tensor4D;
  const ofInputs = inputs.map(({ shape: inputShape }, group) =>
    run("Conv2DBackpropInput", { dy: given[group], filter: filters[group] }, { inputShape }),
  );
  const ofFilters = filters.map(({ shape: filterShape }, group) =>
    run("Conv2DBackpropFilter", { x: inputs[group], dy: given[group] }, { filterShape }),
  );
  return [tf.concat(ofInputs, 3), tf.concat(ofFilters, 3)];
}
