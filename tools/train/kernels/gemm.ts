/** A matrix in the heap: element (row, column) stands at `at + row * stride + column`, or transposed, in floats. */
export interface HeapMatrix {
  readonly at: number;
  readonly stride: number;
  /** Read as its transpose: element (row, column) stands at `at + column * stride + row`. */
  readonly transposed?: boolean;
}

/** C[m][n] = A[m][k] * B[k][n], or C += where `accumulate`. Rows of C must not overlap one another. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: HeapMatrix;
  readonly b: HeapMatrix;
  readonly c: { readonly at: number; readonly stride: number };
  readonly accumulate?: boolean;
}

/** A matrix product on the wasm backend's own memory. */
export type Gemm = (product: Product) => void;
