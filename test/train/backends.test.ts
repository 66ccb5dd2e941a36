import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { BACKEND_NAMES, type BackendChoice, backendText, selectBackend } from "../../tools/train/backends.ts";

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

describe("backendText", () => {
  const wasm = (blasReason: string): BackendChoice => ({
    name: "wasm",
    description: "one thread",
    passedOver: [
      { name: "tfjs-node-gpu", reason: "Cannot find module '@tensorflow/tfjs-node-gpu'" },
      { name: "wasm+openblas", reason: blasReason },
    ],
  });

  it("names the packages whose absence makes training slow, and only those", () => {
    const advice = "wasm (one thread); about seven times as fast with OpenBLAS: apt-get install libopenblas0-pthread";
    expect(backendText(wasm("Cannot find module 'koffi'"), false)).toBe(`${advice}, and npm install koffi`);
    expect(backendText(wasm("OpenBLAS cannot be loaded"), false)).toBe(advice);
  });

  it("recommends the GPU's package only where there is a GPU", () => {
    const choice: BackendChoice = { ...wasm(""), name: "wasm+openblas", passedOver: wasm("").passedOver.slice(0, 1) };
    expect(backendText(choice, false)).toBe("wasm+openblas (one thread)");
    expect(backendText(choice, true)).toBe(
      "wasm+openblas (one thread); on the GPU with npm install @tensorflow/tfjs-node-gpu",
    );
  });
});
