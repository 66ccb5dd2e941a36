import { describe, expect, it } from "vitest";
import { pickLead } from "../../tools/data/pick-lead.ts";
import type { EcgRecord } from "../../tools/data/record.ts";
import { DataError } from "../../tools/files/data-error.ts";

function recordWith(...names: string[]): EcgRecord {
  const leads = names.map((name) => ({ name, samples: new Int32Array(1), countsPerMillivolt: 1, baseline: 0 }));
  return { name: "r", sampleRateHz: 500, leads };
}

describe("pickLead", () => {
  it.each([
    [["I", "II", "MLII"], "II"],
    [["V5", "mlii", "V1"], "mlii"],
    [["V5", "V1"], "V5"],
  ])("of %j takes %s by default", (names, expected) => {
    expect(pickLead(recordWith(...names)).name).toBe(expected);
  });

  it("takes a name in any case before an index", () => {
    const record = recordWith("I", "aVR", "0");
    expect(pickLead(record, "AVR").name).toBe("aVR");
    expect(pickLead(record, "1").name).toBe("aVR");
    expect(pickLead(record, "0").name).toBe("0");
  });

  it.each(["V9", "3", "-1", ""])('lists the leads when there is no "%s"', (lead) => {
    const pick = () => pickLead(recordWith("I", "II", "III"), lead);
    expect(pick).toThrow(DataError);
    expect(pick).toThrow(`record r: lead "${lead}" is missing, expected one of I, II, III or an index from 0`);
  });
});
