import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReportFiles, reportFiles } from "../../tools/report/page.ts";
import { loadDraw } from "../../tools/report/plot.ts";
import type { ReportInput } from "../../tools/report/report-input.ts";
import { hasChromium, launchChromium, skipReason } from "../browser/chromium.ts";
import { sampleCompression, sampleStudy } from "./sample-input.ts";

/** Markup where a name should be: it must come out as text. */
const HOSTILE = "<b>\"&'";
const SIZE = { layers: 20, seed: 4, prefix: HOSTILE };
const INPUTS: Readonly<Record<string, ReportInput>> = {
  "a compression": { compression: sampleCompression(SIZE) },
  "a study": { study: sampleStudy(SIZE) },
  "both, of many layers": {
    compression: sampleCompression({ layers: 40, seed: 5 }),
    study: sampleStudy({ layers: 40, seed: 5 }),
  },
};
const COMPRESSION_PLOTS = ["widths", "importance", "pareto", "confusion", "histograms"];
const PLOTS: Readonly<Record<string, readonly string[]>> = {
  "a compression": COMPRESSION_PLOTS,
  "a study": ["pareto", "method-widths"],
  "both, of many layers": [...COMPRESSION_PLOTS, "method-widths"],
};

/** Each is drawn once: the tests share it. */
const drawn = new Map<string, Promise<ReportFiles>>();
function filesOf(name: string): Promise<ReportFiles> {
  const files = drawn.get(name) ?? loadDraw().then((draw) => reportFiles(INPUTS[name], draw));
  drawn.set(name, files);
  return files;
}

describe("a report's files", () => {
  it("are the page and a drawing for each of its plots, the same again for the same input", async () => {
    for (const [name, input] of Object.entries(INPUTS)) {
      const files = await filesOf(name);
      expect([...files.keys()].sort()).toEqual(["report.html", ...PLOTS[name].map((plot) => `${plot}.svg`)].sort());
      expect([...(await reportFiles(input, await loadDraw()))]).toEqual([...files]);
      for (const [file, text] of files) {
        expect(text.replace(/<script>.*<\/script>/s, ""), file).not.toMatch(/NaN|undefined|Infinity/);
      }
    }
  });

  it("draw an incomplete one too: no test share, no search", async () => {
    const { test: _, ...untested } = sampleCompression(SIZE);
    const files = await reportFiles({ compression: { ...untested, search: null } }, await loadDraw());
    expect(files.get("report.html")).toContain("test not looked at");
    expect(files.get("report.html")).not.toContain("Journal");
  });
});

/** Measures the page as a reader sees it; runs in the browser. */
function lookAt() {
  const contains = (outer: DOMRect, inner: DOMRect) =>
    inner.left >= outer.left - 1 &&
    inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 &&
    inner.bottom <= outer.bottom + 1;
  const overlap = (a: DOMRect, b: DOMRect) =>
    a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  const figures = Array.from(document.querySelectorAll("figure")).map((figure) => {
    const visible = Array.from(figure.querySelectorAll("svg")).filter(
      (svg) => getComputedStyle(svg).display !== "none",
    );
    const frame = visible[0].getBoundingClientRect();
    const boxesOf = (selector: string) =>
      Array.from(visible[0].querySelectorAll(selector)).map((one) => one.getBoundingClientRect());
    const marks = boxesOf(".role-mark path, .role-mark line, .role-mark text").filter(
      ({ width, height }) => width + height > 0,
    );
    const labels = Array.from(
      visible[0].querySelectorAll(
        ".role-axis-label text, .role-axis-title text, .role-legend text, .role-column-title text",
      ),
    ).map((label) => ({
      text: label.textContent,
      box: label.getBoundingClientRect(),
    }));
    return {
      id: figure.id,
      drawings: visible.length,
      frameFits: frame.left >= 0 && frame.right <= window.innerWidth,
      marks: marks.length,
      marksOutside: marks.filter((mark) => !contains(frame, mark)).length,
      labels: labels.length,
      labelsOutside: labels.filter(({ box }) => !contains(frame, box)).length,
      overlaps: labels.flatMap((label, i) => {
        const other = labels.findIndex((one, j) => j > i && overlap(label.box, one.box));
        return other < 0 ? [] : [[label.text, labels[other].text]];
      }),
    };
  });
  return {
    figures,
    tooWide: document.documentElement.scrollWidth > window.innerWidth,
    bold: document.querySelectorAll("b").length,
  };
}

describe.skipIf(!hasChromium)(`the page in a browser${skipReason}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await launchChromium();
    folder = mkdtempSync(join(tmpdir(), "qhubert-report-"));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (files: ReportFiles, width: number): Promise<{ page: Page; complaints: string[] }> => {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    const address = pathToFileURL(join(folder, "report.html")).href;
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => request.url() !== address && complaints.push(`fetched ${request.url()}`));
    await page.goto(address);
    return { page, complaints };
  };

  describe.each(Object.keys(INPUTS))("drawn from %s", (name) => {
    it.each([1200, 375])(
      "shows every mark and label inside its frame, apart, and fetches nothing: %i pixels",
      async (width) => {
        const { page, complaints } = await open(await filesOf(name), width);
        const { figures, tooWide, bold } = await page.evaluate(lookAt);
        await page.close();
        expect({ complaints, tooWide, bold }).toEqual({ complaints: [], tooWide: false, bold: 0 });
        expect(figures.map(({ id }) => id).sort()).toEqual([...PLOTS[name]].sort());
        for (const { id, drawings, frameFits, marks, marksOutside, labels, labelsOutside, overlaps } of figures) {
          expect({ id, drawings, frameFits, marksOutside, labelsOutside, overlaps }).toEqual({
            ...{ id, drawings: 1, frameFits: true, marksOutside: 0, labelsOutside: 0, overlaps: [] },
          });
          expect(marks, id).toBeGreaterThan(1);
          expect(labels, id).toBeGreaterThan(3);
        }
      },
    );
  });

  it("sorts the journal by a column, and back", async () => {
    const { page } = await open(await filesOf("a compression"), 1200);
    const table = page.locator("table.sortable").last();
    const losses = async () =>
      (await table.locator("tbody td:nth-child(4)").allTextContents()).map((text) =>
        text === "–" ? Number.MAX_VALUE : Number(text),
      );
    const inOrder = await losses();
    const ascending = [...inOrder].sort((a, b) => a - b);
    expect(inOrder).not.toEqual(ascending);
    await table.getByRole("button", { name: "loss" }).click();
    expect(await losses()).toEqual(ascending);
    await table.getByRole("button", { name: "loss" }).click();
    expect(await losses()).toEqual([...ascending].reverse());
    await page.close();
  });

  it("has drawings that stand alone", async () => {
    const files = await filesOf("both, of many layers");
    const page = await browser.newPage();
    for (const [name, text] of files) {
      if (!name.endsWith(".svg")) continue;
      const root = await page.evaluate(
        (xml) => new DOMParser().parseFromString(xml, "image/svg+xml").documentElement.tagName,
        text,
      );
      expect([name, root]).toEqual([name, "svg"]);
    }
    await page.close();
  });
});
