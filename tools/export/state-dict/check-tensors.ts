import type { Graph } from "../../graph/graph.ts";
import type { Tensor } from "../../graph/model.ts";
import type { StateDictTensor } from "./state-dict-layout.ts";

/**
 * Checks the tensors of a file. Throws RangeError, one sentence that names the tensor that a graph lacks, cannot use or has in another
 * shape, or that holds a number that is not finite.
 * @param prefix prefix of every name in the file
 */
export function checkTensors(
  graph: Graph,
  tensors: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Pick<StateDictTensor, "shape">>,
  prefix = "",
): void {
  for (const [name, wanted] of expected) {
    const found = tensors.get(prefix + name);
    if (!found) throw new RangeError(`tensor ${prefix}${name} is missing, expected shape [${wanted.shape}]`);
    const problem = tensorProblem(found, wanted.shape);
    if (problem) throw new RangeError(`tensor ${prefix}${name}, ${problem}`);
  }
  const extra = [...tensors].find(([name]) => !expected.has(name.slice(prefix.length)));
  if (extra) {
    throw new RangeError(
      `tensor ${extra[0]}: found shape [${extra[1].shape}], expected no such tensor in ${graph.name}`,
    );
  }
}

function tensorProblem({ shape, data }: Tensor, wanted: readonly number[]): string | null {
  if (shape.join() !== wanted.join()) return `shape: found [${shape}], expected [${wanted}]`;
  const at = data.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? null : `element ${at}: found ${data[at]}, expected a finite number`;
}
