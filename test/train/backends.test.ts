import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { BACKEND_NAMES, selectBackend } from "../../tools/train/backends.ts";

describe("selectBackend", () => {
  it("takes the first that loads, tells why it passed over the others, and never falls to plain cpu", async () => {
    const choice = await selectBackend();
    const rank = BACKEND_NAMES.indexOf(choice.name);
    expect(choice.passedOver.map(({ name }) => name)).toEqual(BACKEND_NAMES.slice(0, rank));
    for (const { reason } of choice.passedOver) expect(reason).not.toBe("");
    expect(["wasm", "tensorflow"]).toContain(tf.getBackend());
  });

  it("makes one choice a process", async () => {
    expect(await selectBackend(["wasm"])).toBe(await selectBackend());
  });
});
