import { type Constant, modelled } from "./constant.ts";

/** Cycles that a core takes for the engine's scalar build, translated ahead of time to machine code. */
export interface CoreCosts {
  readonly cyclesPerMac: Readonly<Record<"conv1d" | "depthwiseConv1d" | "dense", Constant>>;
  /** Bias, requantisation, clamp and store of one output of a conv, dense or average pool; one sum of an add. */
  readonly cyclesPerOutput: Constant;
  /** One input element of a pool. */
  readonly cyclesPerPoolElement: Constant;
  /** Unpacking one weight into the panel that the kernels read. */
  readonly cyclesPerWeight: { readonly bits: Constant; readonly ternary: Constant };
  /** Resampler, band limit, R-peak detector and the copy into the network's input, for one 500 Hz sample. */
  readonly cyclesPerConditionedSample: Constant;
  /** Interrupt, wake-up from sleep and the task's own frame. */
  readonly cyclesPerTask: Constant;
}

/*
 * native_c: compiled C without DSP intrinsics on a Cortex-M4, from MLPerf Tiny v1.0, STM32L4R5, microTVM native C:
 *   anomaly detection (dense) 5.3, image classification (conv) 3.7, keyword spotting (depthwise separable conv) 6.5
 *   cycles per multiply-accumulate.
 * wasm_aot: native_c times 1.1 to 1.5 (WAMR's ahead-of-time code runs at .68 to .94 of gcc -O3); 1.3 is taken.
 * A width of the weights changes nothing here: each layer pass unpacks a tile once and multiplies 8-bit panels.
 */
const WASM = "x 1.3 for ahead-of-time wasm";
const MICROTVM = "cycles/MAC of native C in MLPerf Tiny v1.0, STM32L4R5, microTVM";
const CONV_BASIS = `5.1 ${MICROTVM}, mean of image classification 3.7 and keyword spotting 6.5, ${WASM}`;
const DEPTHWISE_BASIS = `6.5 ${MICROTVM}, keyword spotting: its depthwise and 1x1 convs together, so too few, ${WASM}`;
const DENSE_BASIS = `5.3 ${MICROTVM}, anomaly detection, ${WASM}`;
const COUNTED = `operations estimated from the source of the scalar build, one cycle each, ${WASM}`;

export const CORTEX_M4_COSTS: CoreCosts = {
  cyclesPerMac: {
    conv1d: modelled(6.6, CONV_BASIS),
    depthwiseConv1d: modelled(8.5, DEPTHWISE_BASIS),
    dense: modelled(6.9, DENSE_BASIS),
  },
  cyclesPerOutput: modelled(26, `${COUNTED} (20: 64-bit product, rounding, shift, clamp, store)`),
  cyclesPerPoolElement: modelled(8, `${COUNTED} (6: load, compare or add, addressing)`),
  cyclesPerWeight: {
    bits: modelled(16, `${COUNTED} (12: refill, mask, sign extension, store)`),
    ternary: modelled(21, `${COUNTED} (16: division and remainder by 3, store)`),
  },
  cyclesPerConditionedSample: modelled(
    540,
    `${COUNTED} (412: resampler 120, three biquads 135, R-peak detector 122, signal quality 35)`,
  ),
  cyclesPerTask: modelled(1000, "assumption: interrupt, wake-up and context switch of a small RTOS"),
};

/** Ratio of the two cores on the same MLPerf Tiny v1.3 networks: 1.40/1.59, 1.75/1.96, 1.27/1.43, 1.94/2.18. */
const M33_TO_M4 = 0.89;

function onCortexM33(onM4: Constant): Constant {
  const basis = onM4.source.replace("modelled: ", "");
  return modelled(onM4.value * M33_TO_M4, `${basis}, x ${M33_TO_M4} for Cortex-M33 over M4 in MLPerf Tiny v1.3`);
}

export const CORTEX_M33_COSTS: CoreCosts = {
  cyclesPerMac: {
    conv1d: onCortexM33(CORTEX_M4_COSTS.cyclesPerMac.conv1d),
    depthwiseConv1d: onCortexM33(CORTEX_M4_COSTS.cyclesPerMac.depthwiseConv1d),
    dense: onCortexM33(CORTEX_M4_COSTS.cyclesPerMac.dense),
  },
  cyclesPerOutput: onCortexM33(CORTEX_M4_COSTS.cyclesPerOutput),
  cyclesPerPoolElement: onCortexM33(CORTEX_M4_COSTS.cyclesPerPoolElement),
  cyclesPerWeight: {
    bits: onCortexM33(CORTEX_M4_COSTS.cyclesPerWeight.bits),
    ternary: onCortexM33(CORTEX_M4_COSTS.cyclesPerWeight.ternary),
  },
  cyclesPerConditionedSample: onCortexM33(CORTEX_M4_COSTS.cyclesPerConditionedSample),
  cyclesPerTask: CORTEX_M4_COSTS.cyclesPerTask,
};
