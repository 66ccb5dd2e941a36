import { describe, expect, it } from "vitest";
import { z } from "zod";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { syntheticEcg } from "../../assembly/signal/synthetic-ecg.ts";
import { temporaryFolder } from "../../data/temporary-folder.ts";
import { sentencesOf } from "../run-qhubert.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const statistics = z.object({ records: z.number(), matched: z.number(), missed: z.number(), extra: z.number() });
const report = z.object({
  folders: z.array(z.object({ times: z.number(), crossFitted: statistics, fitted: statistics, engine: statistics })),
  consensusRecords: z.number(),
  halves: z.array(z.record(z.string(), z.number().int())),
  weights: z.record(z.string(), z.number().int()),
});

function write(folder: string, name: string, bpm: number, leads: number): void {
  const { samples, rSeconds } = syntheticEcg({ bpm, millivolts: 1, seconds: 30, rateHz: 250 });
  writeWfdbRecord(folder, {
    name,
    sampleRateHz: 250,
    leads: Array.from({ length: leads }, (_, i) => ({ name: `L${i}`, samples, countsPerMillivolt: 1000, baseline: 0 })),
    annotations: rSeconds.map((r) => ({ sample: Math.round(r * 250), symbol: "N" })),
  });
}

describe("fit-detector", () => {
  it("fits annotated records and leads, and scores each half by the other", async () => {
    const annotated = temporaryFolder();
    for (const [i, bpm] of [55, 70, 85, 100].entries()) write(annotated, `a${i}`, bpm, 1);
    const leads = temporaryFolder();
    write(leads, "l", 65, 8);
    const words = ["fit-detector", "--data", `${annotated}=3`, "--leads", leads, "--json"];
    const { exitCode, stdout } = await warmQhubert(words);
    expect(exitCode).toBe(0);
    const { folders, consensusRecords, halves, weights } = report.parse(JSON.parse(stdout));
    expect(folders).toHaveLength(1);
    expect(folders[0]).toMatchObject({ times: 3, crossFitted: { records: 4, missed: 0, extra: 0 } });
    expect(folders[0].crossFitted.matched).toBeGreaterThan(100);
    expect(consensusRecords).toBe(1);
    expect(halves).toHaveLength(2);
    expect(Object.keys(weights)).toContain("OFFSET");
  });

  it.each([
    [["--data", "x=0"], /expected a folder, or folder=times with a number above 0, found "x=0"/],
    [["--data", "nowhere"], /nowhere: no such folder/],
    [[], /required option '--data <folders...>' not specified/],
  ])("says in one sentence what is wrong with %j", async (words, sentence) => {
    const { exitCode, stderr } = await warmQhubert(["fit-detector", ...words], temporaryFolder());
    expect(exitCode).toBe(2);
    expect(sentencesOf(stderr)).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });
});
