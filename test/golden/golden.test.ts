import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUILDS } from "../host/implementations.ts";
import { GOLDEN_FILES } from "./contents.ts";

describe.each(BUILDS)("golden files (%s build)", (build) => {
  it.each(Object.entries(GOLDEN_FILES))("%s", async (name, make) => {
    const { content } = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8"));
    expect(await make(build)).toEqual(content);
  });
});
