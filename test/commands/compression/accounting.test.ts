import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSampleFiles, type SampleFiles } from "../sample-files.ts";
import { warmQhubert } from "../warm-qhubert.ts";

describe.concurrent("accounting", () => {
  let samples: SampleFiles;
  beforeAll(async () => {
    samples = await makeSampleFiles();
  });
  afterAll(() => samples?.remove());
  const printed = async (line: string) => {
    const { exitCode, stdout, stderr } = await warmQhubert([...line.split(" "), "--json"], samples.folder);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  it("prints the paper's figures, all equal", async () => {
    const { equal, checks } = await printed("accounting --paper");
    expect(equal).toBe(true);
    expect(checks.length).toBeGreaterThanOrEqual(16 + 1 + 2 + 2 + 1);
    const { stdout } = await warmQhubert(["accounting", "--paper"]);
    for (const { computed } of checks) expect(stdout).toContain(computed);
    expect(stdout).not.toContain("differs");
  });

  it("prints a packed model's bytes and the ratios that inspect prints", async () => {
    const { sections, fileBytes, ratios } = await printed("accounting --model model.qhb");
    expect(sections.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)).toBe(fileBytes);
    expect(ratios).toEqual((await printed("inspect model.qhb")).compression);
  });

  it("prints a float model's, which is hardly compressed", async () => {
    const { ratios, parameters, layers } = await printed("accounting --model model.safetensors");
    expect(ratios.paper).toBe(1);
    expect(ratios.file).toBeGreaterThan(0.9);
    expect(ratios.file).toBeLessThan(1);
    expect(layers.reduce((sum: number, layer: { parameters: number }) => sum + layer.parameters, 0)).toBe(parameters);
  });

  it.each([["accounting"], ["accounting --paper --model model.qhb"]])("refuses %s in one sentence", async (line) => {
    const { exitCode, stdout, stderr } = await warmQhubert(line.split(" "), samples.folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe("qhubert: accounting takes either --paper or --model FILE, and one of them\n");
  });
});
