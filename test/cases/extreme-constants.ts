import * as layout from "../../assembly/shared/layout.ts";
import {
  MAX_ADD_SHIFT,
  MAX_NORM_SHIFT,
  MAX_SHIFT,
  MAX_TABLE_SHIFT,
  MIN_NORM_SHIFT,
} from "../../assembly/shared/limits.ts";
import { ACTIVATION_TABLE, OP_ADD, OP_ATTENTION, OP_GROUP_NORM, OP_LAYER_NORM } from "../../assembly/shared/ops.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { ModelEditor } from "../host/hostile/model-editor.ts";

const LARGEST_INT32 = 2 ** 31 - 1;
const LARGEST_INT16 = 2 ** 15 - 1;

/**
 * Gives a packed network of int13 extreme constants: those of norms, attentions, tables and adds take all sizes that a
 * file may hold, the ends of their ranges as often as the values between.
 */
export function withExtremeConstants(file: Uint8Array, seed: number): Uint8Array {
  const editor = new ModelEditor(file);
  const random = new SeededRandom(seed);
  for (let index = 0; index < editor.layerCount; index++) {
    const layer = editor.layer(index);
    switch (layer.getUint8(layout.LAYER_OP_AT)) {
      case OP_LAYER_NORM:
      case OP_GROUP_NORM:
        editNorm(editor, layer, random);
        break;
      case OP_ATTENTION:
        layer.setUint8(layout.LAYER_SHIFT_AT, 1 + random.integer(MAX_SHIFT));
        setRow(editor, layer, 0, ofAnySize(random, 0, LARGEST_INT32), 0);
        break;
      case OP_ADD:
        layer.setUint8(layout.LAYER_SHIFT_AT, 1 + random.integer(MAX_ADD_SHIFT));
        layer.setInt16(layout.LAYER_MULTIPLIER_A_AT, ofAnySize(random, 0, LARGEST_INT16), true);
        layer.setInt16(layout.LAYER_MULTIPLIER_B_AT, ofAnySize(random, 0, LARGEST_INT16), true);
        break;
    }
    if (layer.getUint8(layout.LAYER_ACTIVATION_AT) === ACTIVATION_TABLE) editTable(editor, layer, random);
  }
  return editor.sealed();
}

function editNorm(editor: ModelEditor, layer: DataView, random: SeededRandom): void {
  const shift = MIN_NORM_SHIFT + random.integer(MAX_NORM_SHIFT - MIN_NORM_SHIFT + 1);
  layer.setUint8(layout.LAYER_SHIFT_AT, shift);
  layer.setUint32(layout.LAYER_EPSILON_AT, ofAnySize(random, 1, LARGEST_INT32), true);
  for (let channel = 0; channel < layer.getUint16(layout.LAYER_OUT_CHANNELS_AT, true); channel++) {
    const [multiplier, bias] = [0, 1].map(() => ofAnySize(random, -LARGEST_INT32 - 1, LARGEST_INT32));
    setRow(editor, layer, channel, multiplier, bias);
  }
}

function setRow(editor: ModelEditor, layer: DataView, row: number, multiplier: number, bias: number): void {
  const record = editor.requantization(layer, row);
  record.setInt32(layout.REQUANTIZATION_MULTIPLIER_AT, multiplier, true);
  record.setInt32(layout.REQUANTIZATION_BIAS_AT, bias, true);
}

function editTable(editor: ModelEditor, layer: DataView, random: SeededRandom): void {
  const table = editor.table(layer);
  for (let entry = 0; entry < layout.ACTIVATION_TABLE_ENTRIES; entry++) {
    table.setInt16(2 * entry, ofAnySize(random, -LARGEST_INT16 - 1, LARGEST_INT16), true);
  }
  layer.setUint8(layout.LAYER_TABLE_SHIFT_AT, random.integer(MAX_TABLE_SHIFT + 1));
}

/** Draws an end of the range, or an integer in it of any number of bits. */
function ofAnySize(random: SeededRandom, least: number, most: number): number {
  const choice = random.next();
  if (choice < 0.1) return least;
  if (choice < 0.2) return most;
  const size = Math.round(2 ** (random.next() * Math.log2(most)));
  return least < 0 && random.next() < 0.5 ? -size : Math.max(least, size);
}
