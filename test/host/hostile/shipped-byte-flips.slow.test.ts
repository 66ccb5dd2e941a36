import { readdirSync, readFileSync } from "node:fs";
import { type Flipped, testByteFlips } from "./flip-bytes.ts";

const FOLDER = new URL("../../../models/", import.meta.url);

/** The models that the package ships. */
const SHIPPED = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".qhb"))
  .map((name): Flipped => [name, new Uint8Array(readFileSync(new URL(name, FOLDER))), 1]);

testByteFlips(SHIPPED, 10_000);
