import { SeededRandom } from "../data/random.ts";
import type { Comparison } from "../evaluate/comparison.ts";
import { meanBits } from "../export/accounting.ts";
import { knapsack } from "./baselines/knapsack.ts";
import { mixBytes, randomMix } from "./baselines/random-mix.ts";
import type { Candidates } from "./candidates.ts";
import { packWidths } from "./compress.ts";
import { laqMethod } from "./compression-method.ts";
import type { SearchOrder } from "./laq.ts";
import { foldedValues, type LayerWeights } from "./layer-weights.ts";
import { squaredError } from "./quantizers/quantized-levels.ts";
import { descendToBytes } from "./search/balance.ts";
import { searchLayers, searchTarget } from "./search/search-layers.ts";
import type { MethodName, StudyMethod } from "./study.ts";
import { weightBytes } from "./weight-bytes.ts";
import { BIT_WIDTHS, bitsOf, uniformWidths, type Width, type Widths } from "./width.ts";

export interface StudyOptions {
  /** Of the robust search and of what is compared with it at equal bytes. */
  readonly menu: readonly Width[];
  /** Divergence budgets of the robust search, in nats. */
  readonly budgets: readonly number[];
  /** Random mixes at the bytes of each robust result. */
  readonly seeds: number;
  /** gamma of the literal search. */
  readonly gamma: number;
  /** Both shares, whole records. */
  readonly compare: (file: Uint8Array) => Promise<Pick<StudyMethod, "validation" | "test">>;
  /** Methods of an earlier run: one with the same label and widths is not measured again. */
  readonly kept: readonly StudyMethod[];
  /** Called with each method as it comes, in the order of the study. */
  readonly onMethod: (method: StudyMethod) => void;
}

/** A random mix is this near to the file it is compared with. */
const MIX_TOLERANCE = 0.005;

const LITERAL_ORDERS: Readonly<Record<SearchOrder, string>> = {
  importanceDescending: "most important first",
  importanceAscending: "least important first",
  sizeDescending: "largest first",
  network: "from the input on",
};

/** Every method's widths, each chosen on the selection crops alone, measured in the same way. */
export async function runStudy(candidates: Candidates, options: StudyOptions): Promise<void> {
  const study = new StudyRun(candidates, options);
  await study.uniform();
  const robust: StudyMethod[] = [];
  for (const budget of options.budgets) {
    robust.push(await study.robust(budget));
    await study.withoutSearch(budget);
  }
  for (const order of Object.keys(LITERAL_ORDERS) as SearchOrder[]) await study.literal(order);
  for (const method of robust) await study.atEqualBytes(method);
  for (const method of robust) await study.randomMixes(method);
}

class StudyRun {
  private readonly layers: readonly string[];
  private readonly bytesOf: (layer: string, width: Width) => number;

  constructor(
    private readonly candidates: Candidates,
    private readonly options: StudyOptions,
  ) {
    const { state } = candidates;
    this.layers = [...state.layers.keys()];
    this.bytesOf = weightBytes(state.graph, state.layers);
  }

  async uniform(): Promise<void> {
    for (const width of new Set<Width>([...BIT_WIDTHS, ...this.options.menu])) {
      const text = width === "ternary" ? "ternary" : `${width} bit${width > 1 ? "s" : ""}`;
      await this.add("uniform", `uniform ${text}`, uniformWidths(this.layers, width));
    }
  }

  robust(budget: number): Promise<StudyMethod> {
    const { menu } = this.options;
    return this.searched("robust-laq", `robust LAQ, ${budget} nats`, async () => {
      return (await searchLayers(this.candidates, laqMethod("kl", { menu, divergenceBudget: budget }))).widths;
    });
  }

  /** The narrowest uniform width that keeps the same criterion. */
  async withoutSearch(budget: number): Promise<void> {
    const { menu } = this.options;
    await this.searched("no-laq", `no LAQ: one width, ${budget} nats`, async () => {
      const target = searchTarget(this.candidates, { criterion: "kl", margin: 1 });
      for (const width of menu) {
        const widths = uniformWidths(this.layers, width);
        if ((await target.measure(widths, budget, { layer: null, width })) <= budget) return widths;
      }
      return uniformWidths(this.layers, menu[menu.length - 1]);
    });
  }

  literal(order: SearchOrder): Promise<StudyMethod> {
    const method = laqMethod("errors", { order, gamma: this.options.gamma });
    return this.searched("literal-laq", `literal LAQ, ${LITERAL_ORDERS[order]}`, async () => {
      return (await searchLayers(this.candidates, method)).widths;
    });
  }

  /** What else the bytes of a robust result buy. */
  async atEqualBytes({ label, widths }: StudyMethod): Promise<void> {
    const { candidates, layers, bytesOf } = this;
    const { menu } = this.options;
    const bytes = this.bytes(widths);
    await this.searched("greedy", `greedy by loss, bytes of ${label}`, async () => {
      const target = searchTarget(candidates, { criterion: "kl", margin: 0 });
      return (await descendToBytes(target, { layers, menu, bytesOf }, bytes)).widths;
    });
    const costOf = (layer: string, width: Width) => this.weightError(layer, width);
    const packed = knapsack({ layers, menu, bytesOf, costOf, capacityBytes: bytes });
    await this.add("knapsack", `knapsack by weight error, bytes of ${label}`, packed);
  }

  async randomMixes({ label, widths, fileBytes }: StudyMethod): Promise<void> {
    const { layers, bytesOf } = this;
    const { menu, seeds } = this.options;
    const mix = { layers, menu, bytesOf, bytes: this.bytes(widths), toleranceBytes: MIX_TOLERANCE * fileBytes };
    for (let seed = 1; seed <= seeds; seed++) {
      const drawn = randomMix(mix, new SeededRandom(seed).fork("random mix"));
      await this.add("random", `random mix ${seed}, bytes of ${label}`, drawn, { seed });
    }
  }

  private bytes(widths: StudyMethod["widths"]): number {
    return mixBytes({ bytesOf: this.bytesOf }, new Map(Object.entries(widths)));
  }

  /** Squared error of the weights as they are multiplied in the end, batch norm folded. */
  private weightError(layer: string, width: Width): number {
    const { state } = this.candidates;
    const weights = state.layers.get(layer) as LayerWeights;
    const folded = foldedValues(weights);
    const levels = state.levelsOf(layer, width);
    const scale = levels.scale.map((step, channel) => {
      const at = channel * weights.fanIn;
      const used = weights.values.subarray(at, at + weights.fanIn).findIndex((value) => value !== 0);
      return used < 0 ? step : step * (folded[at + used] / weights.values[at + used]);
    });
    return squaredError({ ...levels, scale }, folded);
  }

  private async searched(name: MethodName, label: string, search: () => Promise<Widths>): Promise<StudyMethod> {
    const { outcomes } = this.candidates;
    const before = outcomes.spent.evaluations;
    const widths = await search();
    return this.add(name, label, widths, { evaluations: outcomes.spent.evaluations - before });
  }

  private async add(
    name: MethodName,
    label: string,
    widths: Widths,
    { seed = null, evaluations = 0 }: { seed?: number | null; evaluations?: number } = {},
  ): Promise<StudyMethod> {
    const plain = Object.fromEntries(this.layers.map((layer) => [layer, widths.get(layer) as Width]));
    const same = (other: StudyMethod) => JSON.stringify(other.widths) === JSON.stringify(plain);
    const kept = this.options.kept.find((other) => other.label === label && same(other));
    const method = kept ?? { name, label, seed, evaluations, ...(await this.measured(widths, plain)) };
    this.options.onMethod(method);
    return method;
  }

  private async measured(widths: Widths, plain: StudyMethod["widths"]) {
    const { graph } = this.candidates.state;
    let shares: Record<"validation" | "test", Comparison> | undefined;
    const { file, ratios } = await packWidths(this.candidates, widths, { widths: plain }, async (packed) => {
      shares = await this.options.compare(packed);
      return {};
    });
    const { validation, test } = shares as Record<"validation" | "test", Comparison>;
    return {
      widths: plain,
      meanBits: meanBits(graph, bitsOf(widths)),
      fileBytes: file.length,
      ratios,
      validation,
      test,
    };
  }
}
