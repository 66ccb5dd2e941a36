declare module "mat-for-js" {
  /**
   * Parses a MATLAB level 5 file. Numeric arrays come as nested arrays, rows first, with vectors flat; scalar structs
   * as objects.
   */
  export function read(data: ArrayBuffer): { header: string; data: Record<string, unknown> };
}
