import { existsSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENGINE_BUILDS, Engine, type EngineBuild, FrontEnd, type InputConfig } from "../../host/index.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { packSealed } from "../../tools/export/seal.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { quantizedNetwork } from "../cases/random-network.ts";
import { CONDITIONED } from "../host/implementations.ts";
import { hasChromium, launchChromium, skipReason } from "./chromium.ts";
import { type Site, serveSite } from "./serve.ts";

const CHUNK_SAMPLES = 150;
const SHIPPED_MODEL = new URL("../../models/resnet1d-edge.qhb", import.meta.url);

declare global {
  interface Window {
    decide(build: string, input: InputConfig, chunk: number): Promise<unknown>;
  }
}

/** The shipped model, or a random one of its shape where none is there yet. */
async function modelFile(): Promise<Uint8Array> {
  if (existsSync(SHIPPED_MODEL)) return readFileSync(SHIPPED_MODEL);
  return packSealed(quantizedNetwork(buildGraph("resnet1d-edge", ["N", "A", "O", "~"]), 5));
}

async function decideInNode(model: Uint8Array, build: EngineBuild, input: InputConfig, record: Int16Array) {
  const engine = await Engine.load(model, { build });
  engine.configureInput(input);
  const events = [...engine.push(record), ...engine.finish()];
  return { build, events: events.map((event) => ({ ...event, logits: "logits" in event ? [...event.logits] : [] })) };
}

describe.skipIf(!hasChromium)(`the engine in a browser gives what it gives in Node${skipReason}`, () => {
  const source = synthesize({ rhythm: "afib", seconds: 20, sampleRateHz: 300, seed: 8 });
  const raw = Int16Array.from(source.leads[0].samples);
  const rawInput: InputConfig = { sampleRateHz: 300, millivoltsPerCount: 0.001 };
  let model: Uint8Array;
  let browser: Browser;

  beforeAll(async () => {
    model = await modelFile();
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  const decideInBrowser = async (
    build: EngineBuild | "auto",
    input: InputConfig,
    record: Int16Array,
  ): Promise<unknown> => {
    const site = await serveSite({
      "/page.html": readFileSync(new URL("page.html", import.meta.url)),
      "/model.qhb": model,
      "/record.int16": new Uint8Array(record.buffer, record.byteOffset, record.byteLength),
    });
    const page = await browser.newPage();
    try {
      return await decideOn(page, site, build, input);
    } finally {
      await page.close();
      await site.close();
    }
  };

  it.each(ENGINE_BUILDS)("from raw samples: beats and decisions (%s build)", async (build) => {
    const expected = await decideInNode(model, build, rawInput, raw);
    expect(expected.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["beat", "decision"]));
    expect(await decideInBrowser(build, rawInput, raw)).toEqual(expected);
  });

  it("from conditioned samples, on the build that the browser chooses", async () => {
    const { samples } = (await FrontEnd.create()).condition(raw, rawInput);
    const expected = await decideInNode(model, "relaxed", CONDITIONED, samples);
    expect(expected.events.length).toBeGreaterThan(10);
    expect(await decideInBrowser("auto", CONDITIONED, samples)).toEqual(expected);
  });
});

async function decideOn(page: Page, site: Site, build: string, input: InputConfig): Promise<unknown> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${site.url}/page.html`);
  await page
    .waitForFunction(() => "decide" in window, undefined, { timeout: 30_000 })
    .catch((error) => {
      throw new Error(`the page did not load: ${faults.join("; ") || error}`);
    });
  return page.evaluate(([...args]) => window.decide(...args), [build, input, CHUNK_SAMPLES] as const);
}
