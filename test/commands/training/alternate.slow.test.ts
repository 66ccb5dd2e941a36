import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runQhubert } from "../run-qhubert.ts";

const Ratios = z.object({ paper: z.number(), file: z.number() });
const Comparison = z.object({ withoutLoss: z.boolean() });
const Report = z.object({
  ratios: Ratios,
  widths: z.record(z.string(), z.union([z.number(), z.string()])),
  validation: Comparison,
  test: Comparison,
  rounds: z.array(z.object({ budget: z.number(), ratios: Ratios, validation: Comparison, model: z.string() })).min(1),
});
const LINE =
  "alternate --model m.safetensors --data data --epochs 1 --learning-rate 1e-5 --rounds 2 --menu 3,4,8 --selection-crops 24 --divergence-budget 0.004 --out out";

describe("search and fine-tuning in turn", () => {
  let folder: string;
  const run = async (line: string) => {
    const { exitCode, stdout, stderr } = await runQhubert([...line.split(" "), "--json"], folder);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const bytesOf = (file: string) => readFileSync(join(folder, file));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-alternate-"));
    await run("data synth --out data --records-per-class 60 --seconds 11 --seed 5");
    await run("train --model efficient1d-nano --data data --out m.safetensors --epochs 30 --seed 4");
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps the last round without loss, and looks at the test share once", async () => {
    const report = Report.parse(await run(LINE));
    const good = report.rounds.filter(({ validation }) => validation.withoutLoss);
    const ratios = good.map((round) => round.ratios.paper);
    expect(ratios).toEqual([...new Set(ratios)].sort((a, b) => a - b));
    expect(report.ratios.paper).toBe(ratios.at(-1));
    expect(report.validation.withoutLoss).toBe(true);
    expect(bytesOf("out/model.safetensors").equals(bytesOf(good.at(-1)?.model ?? ""))).toBe(true);
    const looks = readdirSync(join(folder, "out")).filter((file) => file.endsWith(".qhb.json"));
    const tested = looks.filter((file) => "test" in JSON.parse(bytesOf(`out/${file}`).toString()));
    expect(tested).toEqual(["model.qhb.json"]);
  }, 600_000);

  it("goes on where it was stopped, to the same file", async () => {
    const whole = bytesOf("out/model.qhb");
    for (const lost of ["out/model.qhb.json", "out/round1.qhb.json", "out/round1.safetensors"])
      rmSync(join(folder, lost));
    await run(LINE);
    expect(bytesOf("out/model.qhb").equals(whole)).toBe(true);
  }, 600_000);

  it("names a round's report that is damaged", async () => {
    const report = join(folder, "out/round1.qhb.json");
    const whole = readFileSync(report);
    writeFileSync(report, "{}");
    const { exitCode, stderr } = await runQhubert(LINE.split(" "), folder);
    writeFileSync(report, whole);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/round1.qhb.json: is no report of compress; delete it/),
    });
  });

  it("does not mix rounds of other options", async () => {
    const { exitCode, stderr } = await runQhubert(LINE.replace("0.004", "0.005").split(" "), folder);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/plan.json: the folder holds other rounds: .*divergenceBudget/),
    });
  });
});
