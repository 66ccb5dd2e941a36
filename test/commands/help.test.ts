import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { warmQhubert } from "./warm-qhubert.ts";

/** The commands in the groups and the order that a user reads them in. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Start here": ["demo"],
  Records: ["data"],
  Training: ["pretrain", "train", "crossvalidate", "ablate", "finetune", "alternate"],
  Compression: ["prune", "compress", "ladder", "compare-methods", "accounting", "report", "plot"],
  Models: ["import", "inspect", "evaluate", "profile", "bench"],
  Detection: ["detect", "fit-detector"],
  Devices: ["simulate"],
  Reproduction: ["reproduce"],
};
const COMMANDS = Object.values(GROUPS).flat();
const DATA_COMMANDS = ["data import", "data synth"];

describe.concurrent("--help", () => {
  it.each(["", ...COMMANDS, ...DATA_COMMANDS])('of "qhubert %s" shows its options and an example', async (command) => {
    const words = command.split(" ").filter(Boolean);
    const { exitCode, stdout, stderr } = await warmQhubert([...words, "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(["Usage: qhubert", ...words].join(" "));
    expect(stdout).toContain(`Example:\n  ${["qhubert", ...words].join(" ")}`);
  });

  it("names every command", async () => {
    const { stdout } = await warmQhubert(["--help"]);
    const named = [...stdout.matchAll(/^ {2}([a-z-]+) (?!.*-h, --help)/gm)].map(([, name]) => name);
    expect(named.filter((name) => !["help", "qhubert"].includes(name))).toEqual(COMMANDS);
  });

  it("lists the commands in their groups", async () => {
    const { stdout } = await warmQhubert(["--help"]);
    const groups: Record<string, string[]> = {};
    let group = "";
    for (const line of stdout.split("\n")) {
      const [, heading, name] = /^(?:([A-Z][A-Za-z ]+):| {2}([a-z][a-z-]+) .*)$/.exec(line) ?? [];
      if (heading !== undefined) group = heading;
      else if (name !== undefined && name !== "help" && name !== "qhubert")
        groups[group] = [...(groups[group] ?? []), name];
    }
    expect(Object.entries(groups)).toEqual(Object.entries(GROUPS));
  });

  it("comes without a command, too, as a wrong usage", async () => {
    const { exitCode, stdout, stderr } = await warmQhubert([]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: qhubert");
  });
});

describe.concurrent.each(["--version", "-V"])("%s", (flag) => {
  it("prints the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await warmQhubert([flag])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });
});
