import { describe, expect, it } from "vitest";
import { warmQhubert } from "./warm-qhubert.ts";

const COMMANDS = [
  "demo",
  "data",
  "train",
  "pretrain",
  "finetune",
  "alternate",
  "crossvalidate",
  "ablate",
  "import",
  "prune",
  "compress",
  "ladder",
  "compare-methods",
  "evaluate",
  "plot",
  "report",
  "accounting",
  "inspect",
  "simulate",
  "detect",
  "fit-detector",
  "profile",
  "bench",
  "reproduce",
];
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

  it("comes without a command, too, as a wrong usage", async () => {
    const { exitCode, stdout, stderr } = await warmQhubert([]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: qhubert");
  });
});
