/** Share of the diagonal's mean that is added to the diagonal: constant inputs leave the matrix singular. */
const DAMPING = 0.01;

/**
 * Computes the upper triangular U with U^T U = (H + damping)^-1.
 * @param matrix H, symmetric, positive semidefinite, [size][size]
 */
export function invertedFactor(matrix: Float64Array, size: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i];
  const damping = (DAMPING * trace) / size || 1;
  const damped = matrix.map((value, at) => (at % (size + 1) === 0 ? value + damping : value));
  // H = L L^T with L lower; H^-1 = (L^-1)^T L^-1 is factored again, and the factor transposed.
  const inverse = squaredInverse(choleskyFactor(damped, size), size);
  const lower = choleskyFactor(inverse, size);
  const upper = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) upper[j * size + i] = lower[i * size + j];
  return upper;
}

/** Computes the lower triangular L with L L^T = matrix. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j];
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / lower[j * size + j];
    }
  }
  return lower;
}

/** Computes (L L^T)^-1. */
function squaredInverse(lower: Float64Array, size: number): Float64Array {
  // Row r of `columns` is column r of L^-1.
  const columns = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i * size + k] * columns[column * size + k];
      columns[column * size + i] = sum / lower[i * size + i];
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += columns[i * size + k] * columns[j * size + k];
      inverse[i * size + j] = sum;
      inverse[j * size + i] = sum;
    }
  }
  return inverse;
}
