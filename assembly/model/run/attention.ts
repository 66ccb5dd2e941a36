import { at, I16View, I32View } from "../../views";
import { attend, ATTENTION_SCRATCH_BYTES, AttentionScratch, Head } from "../../kernels/attention";
import { attendPairs } from "../../kernels/attention-pairs";
import { EXP2_ENTRIES, makeExp2Table } from "../../numeric/exp2-table";
import { MAX_ATTENTION_ROWS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { rowAddress, Tensor, tensorAt } from "../tensor";
import { readMultiplier } from "../product/read-tile";

/** Bytes of an attention's scratch in the tile's entry: Head, AttentionScratch and the arrays that it points to. */
export const ATTENTION_BYTES: i32 = <i32>offsetof<Head>() + <i32>offsetof<AttentionScratch>() + ATTENTION_SCRATCH_BYTES;

/** Runs every head by itself, on its own consecutive channels. */
export function runAttention(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const multiplier = readMultiplier(state, layer, 0);
  const head = at<Head>(state.entryAt);
  const scratch = at<AttentionScratch>(state.entryAt + <i32>offsetof<Head>());
  placeScratchParts(scratch, state.entryAt + <i32>offsetof<Head>() + <i32>offsetof<AttentionScratch>());
  head.channels = <i32>layer.inChannels / layer.groups;
  head.rowStep = layer.inChannels;
  head.rows = columns;
  head.multiplier = multiplier;
  head.shift = layer.shift;
  // Every row meets every row twice: as key and as value.
  layer.profileWork += 2 * <i64>columns * <i64>columns * <i64>layer.outChannels;
  for (let first = 0; first < <i32>layer.inChannels; first += head.channels) {
    head.query = rowsFrom(tensorAt(state.tensorsAt, layer.inputA), first);
    head.key = rowsFrom(tensorAt(state.tensorsAt, layer.inputB), first);
    head.value = rowsFrom(tensorAt(state.tensorsAt, layer.inputC), first);
    head.out = rowsFrom(output, first);
    if (takesPairs(head)) attendPairs(head, scratch);
    else attend(head, scratch);
  }
}

// @ts-ignore: decorator
@inline
function takesPairs(head: Head): bool {
  return ASC_FEATURE_SIMD ? (head.channels & 7) == 0 : isDefined(QHUBERT_INTRINSICS);
}

function placeScratchParts(scratch: AttentionScratch, from: i32): void {
  scratch.exp2 = at<I16View>(from);
  scratch.scores = at<I32View>(from + 2 * EXP2_ENTRIES);
  scratch.exponentials = at<I16View>(from + 2 * EXP2_ENTRIES + 4 * MAX_ATTENTION_ROWS);
  makeExp2Table(scratch.exp2);
}

/** Returns a sequence's rows from one channel on. */
function rowsFrom(tensor: Tensor, channel: i32): I16View {
  return at<I16View>(rowAddress(tensor, 0)).from(channel);
}
