import type { Checkpoint, GraphPlan } from '@llamella/spec';
import type { BuildGraphOptions } from '../build-graph.ts';
import type { GenaiConfig } from './genai-config.ts';

/** A folder of ONNX Runtime GenAI, opened but not loaded. */
export interface GenaiModel {
  /** Its weights. Dispose it to close the files. */
  readonly checkpoint: Checkpoint;
  /** What its `genai_config.json` says. */
  readonly config: GenaiConfig;
  /**
   * Rewrites its graph for a backend, to be run like one of `buildGraph`: see there for inputs and outputs. Results are
   * those of the folder's graph up to the rounding of floating-point numbers, which are float32 throughout.
   *
   * @throws {InvalidArgumentError} when `contextLength` is not a whole number from 1 to the model's context
   * @throws {UnsupportedError} naming the node, when attention does not append to keys and values in place
   * @throws {InvalidFileError} when the graph and its configuration disagree
   */
  plan(options: BuildGraphOptions): GraphPlan;
}
