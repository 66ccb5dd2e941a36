import type { FloatModel, Tensor } from "../graph/model.ts";
import type { SelectionCrop } from "../quantize/loss/selection-set.ts";
import type { GradientAt } from "../quantize/search/hessian-trace.ts";
import { SeededRandom } from "../random/random.ts";
import { selectBackend } from "../train/backends.ts";
import { softTargets } from "../train/batches/targets.ts";
import { labelObjective } from "../train/gradients/objective.ts";
import { gradientsOf } from "../train/gradients/step.ts";

const MICROVOLTS_A_MILLIVOLT = 1000;

/**
 * The gradient of the cross-entropy from the float network's own decisions on crops of one length, batch norm by the crops'
 * statistics as in training. Its weights are as they stand but for the tensors of the point; only these have a gradient.
 */
export function decisionGradient({ graph, weights }: FloatModel, crops: readonly SelectionCrop[]): GradientAt {
  const signals = Float32Array.from(crops.flatMap(({ samples }) => [...samples])).map(
    (v) => v / MICROVOLTS_A_MILLIVOLT,
  );
  const hard = softTargets(
    crops.map(({ floatLogits }) => floatLogits),
    1,
  );
  const batch = { size: crops.length, signals, targets: { hard, soft: null } };
  const objective = labelObjective(graph);
  return async (point) => {
    await selectBackend();
    const moved = new Map(
      [...weights].map(([key, tensor]): [string, Tensor] => [key, { ...tensor, data: point.get(key) ?? tensor.data }]),
    );
    const { gradients } = gradientsOf(objective, moved, batch, new SeededRandom(1));
    return new Map([...point.keys()].map((key) => [key, gradients.get(key) as Float32Array]));
  };
}
