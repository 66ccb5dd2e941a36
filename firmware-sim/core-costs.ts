import { type Constant, modelled } from "./constant.ts";

/** Cycles that a core takes for the engine's dsp build, translated ahead of time to machine code. */
export interface CoreCosts {
  readonly cyclesPerMac: {
    /** Conv over int8 rows. */
    readonly conv1d: Constant;
    /** Conv over rows of two-byte elements. */
    readonly wideConv1d: Constant;
    readonly groupedConv1d: Constant;
    readonly depthwiseConv1d: Constant;
    readonly dense: Constant;
    readonly attention: Constant;
  };
  /** Bias, requantisation, clamp and store of one output of a conv, dense or average pool. */
  readonly cyclesPerOutput: Constant;
  /** Lookup of one value in an activation's table. */
  readonly cyclesPerTableLookup: Constant;
  /** One sum of an add layer. */
  readonly cyclesPerSum: Constant;
  /** One value that is normalised. */
  readonly cyclesPerNormElement: Constant;
  /** The inverse root that the values of a row share. */
  readonly cyclesPerNorm: Constant;
  /** One element of a sequence that the window copies or moves up. */
  readonly cyclesPerWindowElement: Constant;
  /** One input element of a pool. */
  readonly cyclesPerPoolElement: Constant;
  /** Unpacking one weight, and arranging it in the panel of a conv over int8 rows. */
  readonly cyclesPerWeight: {
    readonly bits: Constant;
    readonly ternary: Constant;
    /** Part of a layer in bit planes that does not depend on the number of planes. */
    readonly planes: Constant;
    /** Part for each plane. */
    readonly plane: Constant;
  };
  /** One place in the panel of a conv over wide rows, beyond the cost of a place over int8 rows. */
  readonly cyclesPerWidePanelElement: Constant;
  /** Resampler, band limit, R-peak detector and the copy into the network's input, for one 500 Hz sample. */
  readonly cyclesPerConditionedSample: Constant;
  /** Interrupt, wake-up from sleep and the task's own frame. */
  readonly cyclesPerTask: Constant;
}

/*
 * Instructions were counted layer by layer, by the engine's own trace: its dsp build through wasm2c (wabt 1.0.39,
 * memory at a constant address, no bounds checks) and arm-none-eabi-gcc 12.2 -O2 -fno-tree-reassoc -mcpu=cortex-m4, on
 * QEMU's mps2-an386 with -icount shift=0, over 12 s of signal; its logits were those of V8. Networks: hubert-nano and
 * hubert-micro with random 8-bit weights (4 bits and ternary besides), resnet1d-edge and efficient1d-nano as shipped,
 * and a ladder of resnet1d-edge. QEMU has no cycles: all instructions of a run, weighed with the issue times of the
 * Cortex-M4's reference manual (a load 2, or 1 after another, a taken branch 3, a division 7, else 1), came to 1.27
 * cycles each: 1.18 in unpacking, 1.35 in products, 1.42 in attention. 1.3 is taken for all; wait states of flash and
 * RAM come on top where no cache hides them. A width of packed weights changes little here: each layer pass unpacks a
 * tile once and multiplies 8-bit panels.
 */
const CYCLES_PER_INSTRUCTION = 1.3;

/** Makes a constant of instructions that were counted; `what` says where. */
function counted(instructions: number, what: string): Constant {
  const from = `${instructions} instructions counted on an emulated Cortex-M4 (${what}), x ${CYCLES_PER_INSTRUCTION} cycles each`;
  return modelled(instructions * CYCLES_PER_INSTRUCTION, from);
}

export const CORTEX_M4_COSTS: CoreCosts = {
  cyclesPerMac: {
    conv1d: counted(1.75, "four products in two smlad; resnet1d-edge, convs of 16 to 40 channels"),
    wideConv1d: counted(1.38, "two products in a smlad; hubert-nano and hubert-micro, all convs of one group alike"),
    groupedConv1d: counted(2.4, "hubert-micro, groups of 6 channels in tiles of 8; hubert-nano, groups of 4: 2.0"),
    depthwiseConv1d: counted(10, "efficient1d-nano, 9 with 7 taps, 10 with 5"),
    dense: counted(3.7, "four classes in a tile of eight; shipped models, over 40 and 64 channels"),
    attention: counted(5.1, "hubert-nano, heads of 32 channels, exponentials and divisions included"),
  },
  cyclesPerOutput: counted(46, "64-bit product, rounding, shift, clamp, store; the same over int8 and wide rows"),
  cyclesPerTableLookup: counted(31, "a feed-forward layer with gelu against one without"),
  cyclesPerSum: counted(15, "int8 and int13 alike"),
  cyclesPerNormElement: counted(87, "layer norms of 64 and of 96 channels; two passes, 64-bit products"),
  cyclesPerNorm: counted(660, "the same; 31 steps of a square root and a 64-bit division"),
  cyclesPerWindowElement: counted(2, "hubert-nano and hubert-micro; the copy of its rows"),
  cyclesPerPoolElement: counted(6.6, "the mean of a sequence: load, add, addressing"),
  cyclesPerWeight: {
    bits: counted(22, "tiles of eight channels, 3 to 5 bits; 18 to unpack, 3 to arrange"),
    ternary: counted(16, "13 to unpack, by hubert-nano in ternary; 3 to arrange, as above"),
    planes: counted(7.2, "resnet1d-edge at 7, 4 and 2 bits a weight, tiles of eight channels: 25.0, 17.4 and 12.3"),
    plane: counted(2.54, "the same"),
  },
  cyclesPerWidePanelElement: counted(7.3, "hubert-nano at 8 bits: 29.3 a weight in full tiles, of which 22 as above"),
  cyclesPerConditionedSample: counted(600, "500 Hz in, with sinus rhythm; resampling, band limit, R peaks, quality"),
  cyclesPerTask: modelled(1000, "assumption: interrupt, wake-up and context switch of a small RTOS"),
};

/**
 * Cycles of the Cortex-M33 over those of the Cortex-M4 on the same MLPerf Tiny v1.3 networks: 1.40/1.59, 1.75/1.96,
 * 1.27/1.43, 1.94/2.18.
 */
const M33_TO_M4 = 0.89;

function onCortexM33({ value, from }: Constant): Constant {
  return modelled(value * M33_TO_M4, `${from}, x ${M33_TO_M4} for Cortex-M33 over M4 in MLPerf Tiny v1.3`);
}

const { cyclesPerMac, cyclesPerWeight } = CORTEX_M4_COSTS;

export const CORTEX_M33_COSTS: CoreCosts = {
  cyclesPerMac: {
    conv1d: onCortexM33(cyclesPerMac.conv1d),
    wideConv1d: onCortexM33(cyclesPerMac.wideConv1d),
    groupedConv1d: onCortexM33(cyclesPerMac.groupedConv1d),
    depthwiseConv1d: onCortexM33(cyclesPerMac.depthwiseConv1d),
    dense: onCortexM33(cyclesPerMac.dense),
    attention: onCortexM33(cyclesPerMac.attention),
  },
  cyclesPerOutput: onCortexM33(CORTEX_M4_COSTS.cyclesPerOutput),
  cyclesPerTableLookup: onCortexM33(CORTEX_M4_COSTS.cyclesPerTableLookup),
  cyclesPerSum: onCortexM33(CORTEX_M4_COSTS.cyclesPerSum),
  cyclesPerNormElement: onCortexM33(CORTEX_M4_COSTS.cyclesPerNormElement),
  cyclesPerNorm: onCortexM33(CORTEX_M4_COSTS.cyclesPerNorm),
  cyclesPerWindowElement: onCortexM33(CORTEX_M4_COSTS.cyclesPerWindowElement),
  cyclesPerPoolElement: onCortexM33(CORTEX_M4_COSTS.cyclesPerPoolElement),
  cyclesPerWeight: {
    bits: onCortexM33(cyclesPerWeight.bits),
    ternary: onCortexM33(cyclesPerWeight.ternary),
    planes: onCortexM33(cyclesPerWeight.planes),
    plane: onCortexM33(cyclesPerWeight.plane),
  },
  cyclesPerWidePanelElement: onCortexM33(CORTEX_M4_COSTS.cyclesPerWidePanelElement),
  cyclesPerConditionedSample: onCortexM33(CORTEX_M4_COSTS.cyclesPerConditionedSample),
  cyclesPerTask: CORTEX_M4_COSTS.cyclesPerTask,
};
