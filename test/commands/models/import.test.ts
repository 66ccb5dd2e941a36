import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFloatModel } from "../../../tools/export/safetensors/safetensors.ts";
import { writeSafetensors } from "../../../tools/export/safetensors/safetensors-format.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import { randomModel, stateDictOf } from "../../export/state-dict/state-dict.ts";
import { sentencesOf } from "../run-qhubert.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const model = randomModel(buildGraph("resnet1d-edge", ["N", "A", "O", "~"]), 5);

describe("qhubert import", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-import-"));
    const tensors = stateDictOf(model);
    writeSafetensors(join(folder, "good.safetensors"), { tensors, metadata: { format: "pt" } });
    tensors.delete("head.bias");
    writeSafetensors(join(folder, "headless.safetensors"), { tensors, metadata: { format: "pt" } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (line: string) => warmQhubert(["import", "--from", ...line.split(" ")], folder);

  it("writes a float model and says so in JSON", async () => {
    const line = "huggingface --in good.safetensors --model resnet1d-edge --classes N,A,O,~ --out made/m.safetensors";
    const { exitCode, stdout, stderr } = await run(`${line} --json`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const facts = { importedFrom: "good.safetensors", format: "pytorch safetensors" };
    expect(JSON.parse(stdout)).toMatchObject({ model: "made/m.safetensors", network: "resnet1d-edge", ...facts });
    expect(readFloatModel(join(folder, "made/m.safetensors"))).toEqual({ ...model, facts });
    expect(readdirSync(join(folder, "made"))).toEqual(["m.safetensors"]);
  });

  it.each([
    [
      "huggingface --in headless.safetensors --model resnet1d-edge --classes N,A,O,~",
      /^qhubert: headless.safetensors: tensor head.bias is missing, expected shape \[4\]$/,
    ],
    [
      "huggingface --in good.safetensors --model resnet1d-edge --classes N,A",
      /good.safetensors: tensor head.weight, shape: found \[4,40\], expected \[2,40\]/,
    ],
    ["huggingface --in nowhere.safetensors --model resnet1d-edge --classes N,A", /nowhere.safetensors: .*ENOENT/],
    ["huggingface --in good.safetensors --model resnet9000 --classes N,A", /"resnet9000"; known: /],
    ["huggingface --in good.safetensors --model resnet1d-edge --classes N", /two classes or more, found 1/],
    ["huggingface --in good.safetensors --model resnet1d-edge --classes N,A,N", /distinct names .*found "N"/],
    ["floppy --in good.safetensors --model resnet1d-edge --classes N,A", /'floppy' is invalid.*huggingface/],
  ])("%s: exit code 2, one sentence, no file", async (line, sentence) => {
    const { exitCode, stdout, stderr } = await run(`${line} --out bad/m.safetensors`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(sentencesOf(stderr)).toEqual([expect.stringMatching(sentence)]);
    expect(readdirSync(folder)).not.toContain("bad");
  });
});
