import { f32At, LANES, quadAt, setF32, setQuad } from "./floats";

/*
 * Gradients of a depthwise convolution along one axis, x [batch][inRows][channels], filter [kernel][channels]: output row r
 * of a sample reads input rows r * stride - padLeft + tap; rows outside the sample are zero.
 */

/** The first output row whose tap lies inside the sample. */
@inline function firstRow(tap: i32, stride: i32, padLeft: i32): i32 {
  const missing = padLeft - tap;
  return missing > 0 ? (missing + stride - 1) / stride : 0;
}

/** One past the last such row. */
@inline function endRow(tap: i32, stride: i32, padLeft: i32, inRows: i32, outRows: i32): i32 {
  const reach = inRows + padLeft - tap;
  return reach <= 0 ? 0 : min(outRows, (reach + stride - 1) / stride);
}

/** d loss / d filter [kernel][channels] = sum over samples and rows of x * dy. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, batch: i32, inRows: i32, outRows: i32, channels: i32, kernel: i32, stride: i32, padLeft: i32,
  gradient: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let i = 0; i < kernel * channels; i++) setF32(gradient, i, 0);
  for (let sample = 0; sample < batch; sample++) {
    const xAt = x + (<usize>(sample * inRows * channels) << 2);
    const dyAt = dy + (<usize>(sample * outRows * channels) << 2);
    for (let tap = 0; tap < kernel; tap++) {
      const from = firstRow(tap, stride, padLeft);
      const end = endRow(tap, stride, padLeft, inRows, outRows);
      const to = tap * channels;
      for (let channel = 0; channel < quads; channel += LANES) {
        let sum = f32x4.splat(0);
        for (let row = from; row < end; row++) {
          const inRow = row * stride - padLeft + tap;
          sum = f32x4.add(sum, f32x4.mul(quadAt(xAt, inRow * channels + channel), quadAt(dyAt, row * channels + channel)));
        }
        setQuad(gradient, to + channel, f32x4.add(quadAt(gradient, to + channel), sum));
      }
      for (let channel = quads; channel < channels; channel++) {
        let sum: f32 = 0;
        for (let row = from; row < end; row++) {
          const inRow = row * stride - padLeft + tap;
          sum += f32At(xAt, inRow * channels + channel) * f32At(dyAt, row * channels + channel);
        }
        setF32(gradient, to + channel, f32At(gradient, to + channel) + sum);
      }
    }
  }
}

/** d loss / d x: each row of dy goes back through the taps that made it. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, batch: i32, inRows: i32, outRows: i32, channels: i32, kernel: i32, stride: i32, padLeft: i32,
  gradient: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let i = 0; i < batch * inRows * channels; i++) setF32(gradient, i, 0);
  for (let sample = 0; sample < batch; sample++) {
    const to = gradient + (<usize>(sample * inRows * channels) << 2);
    const dyAt = dy + (<usize>(sample * outRows * channels) << 2);
    for (let row = 0; row < outRows; row++) {
      const first = row * stride - padLeft;
      const end = min(kernel, inRows - first);
      for (let tap = max(0, -first); tap < end; tap++) {
        const at = (first + tap) * channels;
        for (let channel = 0; channel < quads; channel += LANES) {
          const product = f32x4.mul(quadAt(dyAt, row * channels + channel), quadAt(filter, tap * channels + channel));
          setQuad(to, at + channel, f32x4.add(quadAt(to, at + channel), product));
        }
        for (let channel = quads; channel < channels; channel++) {
          const product = f32At(dyAt, row * channels + channel) * f32At(filter, tap * channels + channel);
          setF32(to, at + channel, f32At(to, at + channel) + product);
        }
      }
    }
  }
}
