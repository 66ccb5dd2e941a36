/** Copies the shipped `.qhb` files of models/ into host/models/: they are published with the runtime, `qhubert-engine`. */
import { copyFile, mkdir, readdir } from "node:fs/promises";

const from = new URL("../models/", import.meta.url);
const to = new URL("../host/models/", import.meta.url);
await mkdir(to, { recursive: true });
const names = (await readdir(from)).filter((name) => name.endsWith(".qhb"));
await Promise.all(names.map((name) => copyFile(new URL(name, from), new URL(name, to))));
