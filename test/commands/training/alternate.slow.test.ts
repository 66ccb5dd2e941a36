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
  "alternate --model m.safetensors --data data --epochs 1 --learning-rate 1e-5 --rounds 2 --menu 6,8 --selection-crops 24 --divergence-budget 0.004 --out out";

/** The JSON that compress wrote about the file of a round. */
const RoundReport = z.object({ validation: Comparison });

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
    await run("data synth --out data --records-per-class 100 --seconds 11 --seed 5");
    await run("train --model resnet1d-edge --data data --out m.safetensors --epochs 20 --seed 4");
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Training's last bits depend on the processor's BLAS kernels, and with them whether a round loses one of 40 records: a
  // run that keeps none must say so, and truly. test/finetune/alternation.test.ts has both outcomes on every machine.
  it("keeps the last round without loss, and looks at the test share once; or says that every round has a loss", async () => {
    const { exitCode, stdout, stderr } = await runQhubert([...LINE.split(" "), "--json"], folder);
    if (exitCode !== 0) {
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toContain(
        "no round is without loss on the validation share; try a --divergence-budget below 0.004",
      );
      for (const round of [1, 2]) {
        const { validation } = RoundReport.parse(JSON.parse(bytesOf(`out/round${round}.qhb.json`).toString()));
        expect(validation.withoutLoss).toBe(false);
      }
      expect(readdirSync(join(folder, "out"))).not.toContain("model.qhb");
      return;
    }
    const report = Report.parse(JSON.parse(stdout));
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
    const names = readdirSync(join(folder, "out")).filter((name) => name.endsWith(".qhb"));
    expect(names).toContain("round1.qhb");
    const whole = names.map((name) => bytesOf(`out/${name}`));
    for (const lost of ["out/model.qhb.json", "out/round1.qhb.json", "out/round1.safetensors"])
      rmSync(join(folder, lost), { force: true });
    await runQhubert(LINE.split(" "), folder);
    for (const [i, name] of names.entries()) expect(bytesOf(`out/${name}`).equals(whole[i]), name).toBe(true);
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
