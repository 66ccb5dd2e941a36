import { draws } from "../../properties/draws.ts";
import { type Flipped, testByteFlips } from "./flip-bytes.ts";
import { ladderModel, oneWindowModel, streamingModel, transformerModel } from "./models.ts";

/** Small models, in which every field is hit. */
const SMALL: readonly Flipped[] = [
  ["a small streaming model", streamingModel, 1],
  ["a small one-window model", oneWindowModel, 1],
  ["a small transformer", transformerModel, 1],
  ["a small ladder", ladderModel, 3],
];

testByteFlips(SMALL, draws(600, 3000));
