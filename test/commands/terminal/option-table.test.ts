import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addOptionTable, optionsGiven } from "../../../tools/commands/terminal/option-table.ts";
import type { OptionTable } from "../../../tools/options/option-table.ts";

interface Sample {
  readonly count: number;
  readonly samples: number;
  readonly inner: { readonly low: number; readonly range: readonly [number, number] };
  readonly choice: "a" | "b";
  readonly block: number | null;
  readonly isOn: boolean;
  readonly seed: number;
}

const TABLE: OptionTable<Sample> = [
  { field: "count", flag: "--how-many <n>", takes: "count", help: "of them" },
  { field: "samples", flag: "--seconds <s>", takes: "real", perUnit: 500, help: "of a crop" },
  { field: "inner.low", flag: "--low <x>", takes: "real", help: "the lowest" },
  { field: "inner.range", flag: "--range <low:high>", takes: "interval", help: "from and to" },
  { field: "choice", flag: "--choice <name>", takes: ["a", "b"], help: "one of two" },
  { field: "block", flag: "--block <n>", takes: (text) => text.length, help: "the block", unset: "the middle one" },
  { field: "isOn", flag: "--no-on", takes: "off", help: "leave it" },
  { flag: "--file <file>", takes: "text", help: "read by the command" },
  { field: "seed", takes: "whole" },
];
const BASE: Sample = {
  count: 3,
  samples: 1000,
  inner: { low: 0.5, range: [6, 24] },
  choice: "a",
  block: null,
  isOn: true,
  seed: 7,
};

function parse(...words: string[]): { options: Sample; given: Record<string, unknown> } {
  const command = addOptionTable(new Command().exitOverride().configureOutput({ writeErr: () => {} }), TABLE, BASE);
  const given = command.parse(words, { from: "user" }).opts();
  return { options: optionsGiven(TABLE, given, BASE), given };
}

describe("a table of options", () => {
  it("leaves the options as they are where the user gives none, and in their order", () => {
    const { options } = parse();
    expect(options).toEqual(BASE);
    expect(Object.keys(parse("--choice", "b", "--how-many", "1").options)).toEqual(Object.keys(BASE));
  });

  it("puts every value into its field", () => {
    const words = "--how-many 5 --seconds 1.5 --low -2 --range 1:2 --choice b --block four --no-on --file x";
    const { options, given } = parse(...words.split(" "));
    expect(options).toEqual({
      count: 5,
      samples: 750,
      inner: { low: -2, range: [1, 2] },
      choice: "b",
      block: 4,
      isOn: false,
      seed: 7,
    });
    expect(given.file).toBe("x");
  });

  it.each([
    ["--how-many", "0", "expected a whole number of 1 or more"],
    ["--range", "1", "expected two numbers"],
    ["--choice", "c", "Allowed choices are a, b"],
    ["--low", "x", "expected a number"],
  ])("refuses %s %s", (flag, text, sentence) => {
    expect(() => parse(flag, text)).toThrow(sentence);
  });

  it("shows the defaults, and those of other recipes where they differ", () => {
    const other = { ...BASE, samples: 500 };
    const command = addOptionTable(new Command().name("x"), TABLE, BASE, { other });
    const help = command.helpInformation().replaceAll(/\s+/g, " ");
    expect(help).toContain("of them (default: 3)");
    expect(help).toContain("of a crop (default: 2; other: 1)");
    expect(help).toContain("from and to (default: 6:24)");
    expect(help).toContain("the block (default: the middle one)");
    expect(help).not.toContain("seed");
  });
});
