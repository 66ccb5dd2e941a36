import { describe, expect, it } from "vitest";
import { chapmanClass, cpsc2018Classes, diagnosisCodes } from "../../../tools/data/published/diagnosis-codes.ts";
import { orderClasses } from "../../../tools/data/published/label-sets.ts";

describe("diagnosis codes", () => {
  it("are read from a challenge header", () => {
    expect(diagnosisCodes(["Age: 74", "Dx: 164889003, 59118001"])).toEqual(["164889003", "59118001"]);
    expect(diagnosisCodes(["Age: 74"])).toEqual([]);
  });

  it("give CPSC's classes in the order of the codes, each once", () => {
    expect(cpsc2018Classes(["164889003", "164909002"])).toEqual(["AF", "LBBB"]);
    expect(cpsc2018Classes(["17338001", "427172004", "1"])).toEqual(["PVC"]);
    expect(cpsc2018Classes(["164890007"])).toEqual([]);
  });

  it.each([
    ["AFIB", ["AFIB", "AF", "164889003", "164890007"]],
    ["GSVT", ["SVT", "AT", "SAAWR", "ST", "AVNRT", "AVRT", "427084000"]],
    ["SB", ["SB", "426177001"]],
    ["SR", ["SR", "SA", "SI", "426783006", "427393009"]],
  ])("give Chapman's group %s", (group, codes) => {
    for (const code of codes) expect(chapmanClass([code])).toBe(group);
  });

  it("give one group where several rhythms stand together, and none where none does", () => {
    expect(chapmanClass(["426783006", "426177001"])).toBe("SB");
    expect(chapmanClass(["270492004"])).toBeUndefined();
  });
});

describe("orderClasses", () => {
  it("keeps the order of a known set and sorts others", () => {
    expect(orderClasses(["~", "O", "A", "N", "A"])).toEqual(["N", "A", "O", "~"]);
    expect(orderClasses(["O", "N"])).toEqual(["N", "O"]);
    expect(orderClasses(["SR", "AFIB"])).toEqual(["AFIB", "SR"]);
    expect(orderClasses(["STE", "Normal", "AF"])).toEqual(["Normal", "AF", "STE"]);
    expect(orderClasses(["walk", "run"])).toEqual(["run", "walk"]);
  });
});
