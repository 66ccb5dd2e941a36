import { f32At, LANES, quadAt, setF32, setQuad } from "./floats";

/*
 * A depthwise convolution along one axis and its gradients: x [batch][inRows][channels], filter [kernel][channels]. Output
 * row r of a sample reads input rows r * stride - padLeft + tap * dilation; rows outside the sample are zero.
 */

/** The first output row for which a tap, at `offset` from the row's first input row, lies inside the sample. */
@inline function firstRow(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (stride - 1 - offset) / stride;
}

/** One past the last such row. */
@inline function endRow(offset: i32, stride: i32, inRows: i32, outRows: i32): i32 {
  const reach = inRows - offset;
  return reach <= 0 ? 0 : min(outRows, (reach + stride - 1) / stride);
}

@inline function sampleAt(base: usize, sample: i32, rows: i32, channels: i32): usize {
  return base + (<usize>(sample * rows * channels) << 2);
}

/** Writes y [batch][outRows][channels]. */
export function depthwiseConv(
  x: usize, filter: usize, batch: i32, inRows: i32, outRows: i32, channels: i32, kernel: i32, stride: i32, dilation: i32,
  padLeft: i32, y: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let sample = 0; sample < batch; sample++) {
    const from = sampleAt(x, sample, inRows, channels);
    const to = sampleAt(y, sample, outRows, channels);
    for (let row = 0; row < outRows; row++) {
      const first = row * stride - padLeft;
      const firstTap = first >= 0 ? 0 : (dilation - 1 - first) / dilation;
      const endTap = min(kernel, (inRows - first + dilation - 1) / dilation);
      for (let channel = 0; channel < quads; channel += LANES) {
        let sum = f32x4.splat(0);
        for (let tap = firstTap; tap < endTap; tap++) {
          const value = quadAt(from, (first + tap * dilation) * channels + channel);
          sum = f32x4.add(sum, f32x4.mul(value, quadAt(filter, tap * channels + channel)));
        }
        setQuad(to, row * channels + channel, sum);
      }
      for (let channel = quads; channel < channels; channel++) {
        let sum: f32 = 0;
        for (let tap = firstTap; tap < endTap; tap++) {
          sum += f32At(from, (first + tap * dilation) * channels + channel) * f32At(filter, tap * channels + channel);
        }
        setF32(to, row * channels + channel, sum);
      }
    }
  }
}

/** d loss / d filter [kernel][channels] = sum over samples and rows of x * dy. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, batch: i32, inRows: i32, outRows: i32, channels: i32, kernel: i32, stride: i32, dilation: i32,
  padLeft: i32, gradient: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let i = 0; i < kernel * channels; i++) setF32(gradient, i, 0);
  for (let sample = 0; sample < batch; sample++) {
    const xAt = sampleAt(x, sample, inRows, channels);
    const dyAt = sampleAt(dy, sample, outRows, channels);
    for (let tap = 0; tap < kernel; tap++) {
      const offset = tap * dilation - padLeft;
      const from = firstRow(offset, stride);
      const end = endRow(offset, stride, inRows, outRows);
      const to = tap * channels;
      for (let channel = 0; channel < quads; channel += LANES) {
        let sum = f32x4.splat(0);
        for (let row = from; row < end; row++) {
          const value = quadAt(xAt, (row * stride + offset) * channels + channel);
          sum = f32x4.add(sum, f32x4.mul(value, quadAt(dyAt, row * channels + channel)));
        }
        setQuad(gradient, to + channel, f32x4.add(quadAt(gradient, to + channel), sum));
      }
      for (let channel = quads; channel < channels; channel++) {
        let sum: f32 = 0;
        for (let row = from; row < end; row++) {
          sum += f32At(xAt, (row * stride + offset) * channels + channel) * f32At(dyAt, row * channels + channel);
        }
        setF32(gradient, to + channel, f32At(gradient, to + channel) + sum);
      }
    }
  }
}

/** d loss / d x: each row of dy goes back through the taps that made it. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, batch: i32, inRows: i32, outRows: i32, channels: i32, kernel: i32, stride: i32, dilation: i32,
  padLeft: i32, gradient: usize,
): void {
  const quads = channels & ~(LANES - 1);
  for (let i = 0; i < batch * inRows * channels; i++) setF32(gradient, i, 0);
  for (let sample = 0; sample < batch; sample++) {
    const to = sampleAt(gradient, sample, inRows, channels);
    const from = sampleAt(dy, sample, outRows, channels);
    for (let tap = 0; tap < kernel; tap++) {
      const offset = tap * dilation - padLeft;
      const end = endRow(offset, stride, inRows, outRows);
      for (let row = firstRow(offset, stride); row < end; row++) {
        const at = (row * stride + offset) * channels;
        for (let channel = 0; channel < quads; channel += LANES) {
          const product = f32x4.mul(quadAt(from, row * channels + channel), quadAt(filter, tap * channels + channel));
          setQuad(to, at + channel, f32x4.add(quadAt(to, at + channel), product));
        }
        for (let channel = quads; channel < channels; channel++) {
          const product = f32At(from, row * channels + channel) * f32At(filter, tap * channels + channel);
          setF32(to, at + channel, f32At(to, at + channel) + product);
        }
      }
    }
  }
}
