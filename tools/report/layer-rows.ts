/** Height of a layer's row. */
export const LAYER_STEP = 16;

/** An axis with a row for each layer, from the first layer down: the rows keep the order of the data. */
export const LAYER_ROWS = {
  field: "layer",
  type: "nominal",
  sort: null,
  title: null,
  axis: { ticks: false, labelPadding: 4, domain: false },
} as const;
