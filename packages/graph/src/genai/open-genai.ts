import { type ByteSource, InvalidFileError } from '@llamella/spec';
import type { NodeProto } from 'onnx-buf';
import type { BuildGraphOptions } from '../build-graph.ts';
import { describeModel } from './describe-model.ts';
import { QuantizedWeights, quantizedLookup, quantizedProduct } from './find-quantized.ts';
import { GenaiCheckpoint } from './genai-checkpoint.ts';
import { readGenaiConfig } from './genai-config.ts';
import type { GenaiModel } from './genai-model.ts';
import { GraphEditor } from './graph-editor.ts';
import { planGenai } from './plan-genai.ts';
import { readModel } from './read-model.ts';
import { type StoredTensor, storedTensor } from './stored-tensor.ts';

/** A folder of ONNX Runtime GenAI, as far as it must be at hand to be opened. */
export interface GenaiFolder {
  /** What errors call it: its path or URL. */
  readonly name: string;
  /** The parsed `genai_config.json`. */
  readonly config: unknown;
  /** Bytes of the graph's file, `GenaiConfig.fileName`. They stay in use: do not change them. */
  readonly model: Uint8Array;
  /**
   * Opens a file of external data by its path relative to the graph's file, which never leaves the folder; links are
   * for this function to judge. The model closes it.
   */
  externalData(location: string): Promise<ByteSource>;
}

/** Most files of external data. */
const MOST_FILES = 1000;

/**
 * Opens a folder of ONNX Runtime GenAI: reads its graph and finds its weights, without reading them.
 *
 * Graphs of the model builder of ONNX Runtime GenAI and of NVIDIA ModelOpt run rewritten for the backend: with
 * `MatMulNBits` or `DequantizeLinear`, in float32, float16 or bfloat16, with rotary positions inside of the attention
 * operator or before it. What is not recognised runs as it is.
 *
 * @throws {InvalidFileError} when the configuration or the graph is damaged, or they disagree with the external data
 * @throws {UnsupportedError} for models that are more than one decoder of text
 * @throws whatever `externalData` throws
 * @throws `signal.reason` when aborted
 */
export async function openGenai(folder: GenaiFolder, signal?: AbortSignal): Promise<GenaiModel> {
  const config = readGenaiConfig(folder.config, `${folder.name}/genai_config.json`);
  const name = `${folder.name}/${config.fileName}`;
  const model = readModel(folder.model, name);
  const sources = new Map<string, Promise<ByteSource>>();
  const openExternal = (location: string) => {
    const opened = sources.get(location) ?? folder.externalData(location);
    if (sources.size >= MOST_FILES) throw new InvalidFileError({ file: name }, 'has too many external files');
    sources.set(location, opened);
    return opened;
  };
  try {
    const stored = new Map<string, StoredTensor>();
    for (const proto of model.graph.initializer) {
      signal?.throwIfAborted();
      if (stored.has(proto.name)) {
        throw new InvalidFileError({ file: name }, `constant ${proto.name} is there more than once`);
      }
      stored.set(proto.name, await storedTensor(proto, name, openExternal));
    }
    const editor = new GraphEditor(model.graph, stored, name);
    const live = editor.liveNodes(model.graph.output.map(({ name }) => name));
    const weights = new QuantizedWeights();
    const parts = findWeights(editor, live, weights);
    const opened = await Promise.all(sources.values());
    const tensors = { stored, quantized: weights.byName, parts, sources: opened };
    const checkpoint = new GenaiCheckpoint(name, describeModel(config, editor, weights), tensors);
    const source = { name, config, model, stored, weights };
    return { checkpoint, config, plan: (options: BuildGraphOptions) => planGenai(source, options) };
  } catch (error) {
    const opened = await Promise.allSettled(sources.values());
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close?.();
    throw error;
  }
}

/** Collects quantized weights. @returns constants that only nodes read that are rewritten for them */
function findWeights(
  editor: GraphEditor,
  live: readonly NodeProto[],
  weights: QuantizedWeights,
): Set<string> {
  const rewritten = new Set<NodeProto>();
  const makers = new Set<NodeProto>();
  const candidates = new Set<string>();
  for (const node of live) {
    const weight = (quantizedProduct(editor, node, weights) ?? quantizedLookup(editor, node, weights))
      ?.weight;
    if (weight === undefined) continue;
    rewritten.add(node);
    // What weights are dequantized, transposed or reshaped by goes with the product, if nothing else reads it.
    for (const value of node.input) {
      let maker = editor.producer(value);
      while (maker !== undefined && ['DequantizeLinear', 'Transpose', 'Reshape'].includes(maker.opType)) {
        makers.add(maker);
        maker = editor.producer(maker.input[0]!);
      }
    }
    for (const part of [weight.data, weight.scales, weight.zeroPoints]) if (part) candidates.add(part.name);
  }
  for (const maker of makers) {
    if (editor.readers(maker.output[0]!).every((reader) => rewritten.has(reader))) rewritten.add(maker);
  }
  const unread = [...candidates].filter((name) => editor.readers(name).every((node) => rewritten.has(node)));
  return new Set(unread);
}
