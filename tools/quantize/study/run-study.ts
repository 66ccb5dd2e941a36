import { meanBits } from "../../export/accounting.ts";
import { foldedValues, type LayerWeights } from "../../forward/layer-weights.ts";
import { SeededRandom } from "../../random/random.ts";
import { packWidths } from "../compress.ts";
import { laqMethod } from "../compression-method.ts";
import { squaredError } from "../quantizers/dequantize.ts";
import { balanceToBytes, descendToBytes } from "../search/balance.ts";
import type { Candidates } from "../search/candidates.ts";
import type { SearchOrder } from "../search/scan.ts";
import { searchLayers, searchTarget } from "../search/search-layers.ts";
import { weightBytes } from "../search/weight-bytes.ts";
import { bitsOf, uniformWidths, type Width, type Widths } from "../width.ts";
import { knapsack } from "./baselines/knapsack.ts";
import { mixBytes, randomMix } from "./baselines/random-mix.ts";
import type { Measured, MethodName, StudyMethod } from "./study.ts";

export interface StudyOptions {
  /** Widths of the uniform methods, of the robust search and of the methods at equal bytes. */
  readonly menu: readonly Width[];
  /** Divergence budgets of the robust search, in nats. */
  readonly budgets: readonly number[];
  /** Methods at whose bytes others are compared, beside each budget's result: uniform widths, and the literal search. */
  readonly sizes: readonly StudySize[];
  /** Seeds of the random mixes at each size. */
  readonly seeds: readonly number[];
  /** Orders of the literal search; the first one's result is a size where "literal" is. */
  readonly orders: readonly SearchOrder[];
  /** gamma of the literal search. */
  readonly gamma: number;
  /** Measures a packed model on the whole records of both shares. */
  readonly compare: (file: Uint8Array) => Promise<Measured>;
  /** Methods of an earlier run: a method with the same label and widths is not measured again. */
  readonly kept: readonly StudyMethod[];
  /** Called with each method as it comes, in the order of the study. */
  readonly onMethod: (method: StudyMethod) => void;
}

export type StudySize = Width | "literal";

/** The largest distance of a random mix from the bytes it must meet, as a share of the compared file. */
const MIX_TOLERANCE = 0.005;

const LITERAL_ORDERS: Readonly<Record<SearchOrder, string>> = {
  importanceDescending: "most important first",
  importanceAscending: "least important first",
  sizeDescending: "largest first",
  network: "from the input on",
};

/** Runs every method. Each chooses its widths on the selection crops alone and is measured in the same way. */
export async function runStudy(candidates: Candidates, options: StudyOptions): Promise<void> {
  const study = new StudyRun(candidates, options);
  const uniform = await study.uniform();
  const sizes: StudyMethod[] = [];
  for (const budget of options.budgets) {
    sizes.push(await study.robust(budget));
    await study.withoutSearch(budget);
  }
  const literal: StudyMethod[] = [];
  for (const order of options.orders) literal.push(await study.literal(order));
  for (const size of options.sizes) {
    const method = size === "literal" ? literal[0] : uniform.get(size);
    if (method) sizes.push(method);
  }
  for (const size of sizes) await study.atEqualBytes(size);
  for (const size of sizes) await study.randomMixes(size);
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

  async uniform(): Promise<ReadonlyMap<Width, StudyMethod>> {
    const methods = new Map<Width, StudyMethod>();
    for (const width of this.options.menu) {
      const text = width === "ternary" ? "ternary" : `${width} bit${width > 1 ? "s" : ""}`;
      methods.set(width, await this.add("uniform", `uniform ${text}`, uniformWidths(this.layers, width)));
    }
    return methods;
  }

  robust(budget: number): Promise<StudyMethod> {
    const { menu } = this.options;
    return this.searched("robust-laq", `robust LAQ, ${budget} nats`, async () => {
      return (await searchLayers(this.candidates, laqMethod("kl", { menu, divergenceBudget: budget }))).widths;
    });
  }

  /** Takes the narrowest uniform width that keeps the criterion of the robust search. */
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

  /** Runs the other methods at the bytes of a result. */
  async atEqualBytes({ name, label: size, widths }: StudyMethod): Promise<void> {
    const { candidates, layers, bytesOf } = this;
    const { menu } = this.options;
    const bytes = this.bytes(widths);
    const space = { layers, menu, bytesOf };
    if (name !== "robust-laq") {
      const search = () => balanceToBytes(searchTarget(candidates, { criterion: "kl", margin: 1 }), space, bytes);
      await this.searched("robust-laq", `robust LAQ, bytes of ${size}`, async () => (await search()).widths, size);
    }
    const descend = () => descendToBytes(searchTarget(candidates, { criterion: "kl", margin: 0 }), space, bytes);
    await this.searched("greedy", `greedy by loss, bytes of ${size}`, async () => (await descend()).widths, size);
    const costOf = (layer: string, width: Width) => this.weightError(layer, width);
    const packed = knapsack({ ...space, costOf, capacityBytes: bytes });
    await this.add("knapsack", `knapsack by weight error, bytes of ${size}`, packed, { size });
  }

  async randomMixes({ label: size, widths, fileBytes }: StudyMethod): Promise<void> {
    const { layers, bytesOf } = this;
    const { menu, seeds } = this.options;
    const mix = { layers, menu, bytesOf, bytes: this.bytes(widths), toleranceBytes: MIX_TOLERANCE * fileBytes };
    for (const seed of seeds) {
      const drawn = randomMix(mix, new SeededRandom(seed).fork("random mix"));
      await this.add("random", `random mix ${seed}, bytes of ${size}`, drawn, { seed, size });
    }
  }

  /**
   * Counts the bytes of some widths. The menu of the literal search begins at one bit: where it has fewer bytes than the study's
   * narrowest width, that width counts.
   */
  private bytes(widths: StudyMethod["widths"]): number {
    const narrowest = uniformWidths(this.layers, this.options.menu[0]);
    const [least, own] = [narrowest, new Map(Object.entries(widths))].map((all) =>
      mixBytes({ bytesOf: this.bytesOf }, all),
    );
    return Math.max(least, own);
  }

  /** Computes the squared error of a layer's weights, batch norm folded. */
  private weightError(layer: string, width: Width): number {
    const { state } = this.candidates;
    const weights = state.layers.get(layer) as LayerWeights;
    const folded = foldedValues(weights);
    const integers = state.integersOf(layer, width);
    const scale = integers.scale.map((step, channel) => {
      const at = channel * weights.fanIn;
      const used = weights.values.subarray(at, at + weights.fanIn).findIndex((value) => value !== 0);
      return used < 0 ? step : step * (folded[at + used] / weights.values[at + used]);
    });
    return squaredError({ ...integers, scale }, folded);
  }

  private async searched(
    name: MethodName,
    label: string,
    search: () => Promise<Widths>,
    size: string | null = null,
  ): Promise<StudyMethod> {
    const { outcomes } = this.candidates;
    const before = outcomes.spent.evaluations;
    const widths = await search();
    return this.add(name, label, widths, { evaluations: outcomes.spent.evaluations - before, size });
  }

  private async add(
    name: MethodName,
    label: string,
    widths: Widths,
    { seed = null, evaluations = 0, size = null }: Partial<Pick<StudyMethod, "seed" | "evaluations" | "size">> = {},
  ): Promise<StudyMethod> {
    const plain = Object.fromEntries(this.layers.map((layer) => [layer, widths.get(layer) as Width]));
    const same = (other: StudyMethod) => JSON.stringify(other.widths) === JSON.stringify(plain);
    const kept = this.options.kept.find((other) => other.label === label && same(other));
    const method = kept ?? { name, label, size, seed, evaluations, ...(await this.measured(widths, plain)) };
    this.options.onMethod(method);
    return method;
  }

  private async measured(widths: Widths, plain: StudyMethod["widths"]) {
    const { graph } = this.candidates.state;
    let measured: Measured | undefined;
    const { file, ratios } = await packWidths(this.candidates, widths, { widths: plain }, async (packed) => {
      measured = await this.options.compare(packed);
      return {};
    });
    return {
      widths: plain,
      meanBits: meanBits(graph, bitsOf(widths)),
      fileBytes: file.length,
      ratios,
      ...(measured as Measured),
    };
  }
}
