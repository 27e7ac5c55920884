import { clone, create, type Message, toBinary } from '@bufbuild/protobuf';
import {
  type GraphPlan,
  InvalidArgumentError,
  InvalidFileError,
  type TensorFidelity,
  UnsupportedError,
} from '@llamella/spec';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType as Onnx,
} from 'onnx-buf';
import type { BuildGraphOptions } from '../build-graph.ts';
import { finishPlan } from '../finish-plan.ts';
import { type Dimension, valueInfo } from '../onnx/onnx-writer.ts';
import { adaptAttention } from './adapt-attention.ts';
import { adaptInputs, adaptTokens, standardNames } from './adapt-inputs.ts';
import { adaptLinear } from './adapt-linear.ts';
import { adaptLogits } from './adapt-logits.ts';
import { elementType, isHalf } from './element-types.ts';
import type { QuantizedWeights } from './find-quantized.ts';
import type { GenaiConfig } from './genai-config.ts';
import { GraphEditor } from './graph-editor.ts';
import { keepLookups } from './keep-lookups.ts';
import { PlanConstants } from './plan-constants.ts';
import type { OnnxModel } from './read-model.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { readValues } from './subgraphs.ts';
import { widenNode } from './widen-floats.ts';

/** What a plan is made from. */
export interface PlanSource {
  readonly name: string;
  readonly config: GenaiConfig;
  readonly model: OnnxModel;
  readonly stored: ReadonlyMap<string, StoredTensor>;
  readonly weights: QuantizedWeights;
}

const EXTERNAL_FILE = 'weights.bin';
/** Inputs of a run that the folder's graph does not have. */
const ownInputs = ['seqlens_k', 'total_sequence_length', 'position', 'logit_rows'];

/** Writes the plan of a folder; see `GenaiModel.plan`. */
export function planGenai(source: PlanSource, options: BuildGraphOptions): GraphPlan {
  const { config, model } = source;
  const { profile } = options;
  const editor = openEditor(source);
  const declared = declaredValues(source);
  const room = adaptAttention(editor, config);
  checkHeadSize(source, declared);
  const contextLength = readContextLength(room, options.contextLength);
  const tokenType = profile.tokenType === 'int64' ? Onnx.INT64 : Onnx.INT32;
  adaptTokens(editor, declared.get('input_ids')?.type ?? Onnx.INT64, tokenType);
  const positionInput = adaptInputs(editor, declared.get('attention_mask')?.type ?? Onnx.INT64);
  const logits = declared.get('logits')?.shape;
  adaptLogits(editor, logits?.[1] === 1);
  const constants = new PlanConstants(EXTERNAL_FILE, editor);
  const fidelity: TensorFidelity[] = [];

  const width = logits?.at(-1);
  const vocabularySize = typeof width === 'number' && width > 0 ? width : config.vocabularySize;
  const cacheShape = [1, config.keyValueHeadCount, 'capacity', config.headSize];
  const inputs: [string, 'int32' | 'int64' | 'float32', readonly Dimension[]][] = [
    ['input_ids', profile.tokenType, [1, 'tokens']],
    ['seqlens_k', 'int32', [1]],
    ['total_sequence_length', 'int32', profile.totalLengthShape],
    ...(positionInput ? [['position', 'int64', [1]] as [string, 'int64', number[]]] : []),
    ['logit_rows', 'int64', ['rows']],
  ];
  const outputs: typeof inputs = [['logits', 'float32', [1, 'rows', vocabularySize]]];
  for (let layer = 0; layer < config.layerCount; layer++) {
    for (const part of ['key', 'value']) {
      inputs.push([`past_key_values.${layer}.${part}`, 'float32', cacheShape]);
      outputs.push([`present.${layer}.${part}`, 'float32', cacheShape]);
    }
  }
  const needed = outputs.map(([name]) => name);
  const linear = { ...source, editor, profile, constants, fidelity, hiddenSize: config.hiddenSize };
  adaptLinear(linear, editor.liveNodes(needed));
  const kept = keepLookups(editor, profile, needed);
  const nodes = editor.liveNodes(needed);
  checkInputs(editor, nodes, new Set(inputs.map(([name]) => name)));
  for (const node of nodes) {
    widenNode(node, source.name);
    for (const value of readValues(node)) {
      addConstant({ editor, constants, fidelity, kept }, node, value);
    }
  }
  const graph = create(GraphProtoSchema, {
    name: model.graph.name,
    node: nodes,
    initializer: constants.tensors,
    input: inputs.map((input) => valueInfo(...input)),
    output: outputs.map((output) => valueInfo(...output)),
    metadataProps: model.graph.metadataProps,
  });
  keepUnknown(model.graph, graph);
  const planned = create(ModelProtoSchema, { ...modelHead(model), graph });
  keepUnknown(model, planned);
  const { table } = constants;
  const plan: GraphPlan = {
    model: toBinary(ModelProtoSchema, planned),
    externalFile: EXTERNAL_FILE,
    initializers: table.initializers,
    offsets: table.offsets,
    externalByteLength: table.byteLength,
    interface: {
      layerCount: config.layerCount,
      keyValueHeadCount: config.keyValueHeadCount,
      headSize: config.headSize,
      vocabularySize,
      contextLength,
      cacheType: 'float32',
      tokenType: profile.tokenType,
      totalLengthShape: profile.totalLengthShape,
      positionInput,
      prefillChunk: profile.prefillChunk,
    },
    fidelity,
  };
  return finishPlan(plan, options, source.name);
}

/** An editor of a copy of the graph, in which inputs and outputs have the names that runtimes bind. */
function openEditor({ name, config, model, stored }: PlanSource): GraphEditor {
  const nodes = model.graph.node.map((node) => clone(NodeProtoSchema, node));
  const editor = new GraphEditor({ ...model.graph, input: model.graph.input, node: nodes }, stored, name);
  const move = (value: string) => {
    if (editor.has(value)) editor.rename(value, editor.unused(`${value}.given`));
  };
  for (const own of ownInputs) move(own);
  for (const [given, standard] of standardNames(config)) {
    if (given === standard) continue;
    move(standard);
    editor.rename(given, standard);
  }
  for (const own of ownInputs) editor.inputs.add(own);
  if (editor.producer('logits') === undefined) {
    throw new UnsupportedError(
      `${name}: a graph without the output ${config.names.logits}`,
      'use a folder of a language model with its head',
    );
  }
  if (!editor.inputs.has('input_ids')) {
    throw new UnsupportedError(
      `${name}: a graph without the input ${config.names.inputIds}`,
      'use a folder of a language model with its embedding',
    );
  }
  return editor;
}

interface DeclaredValue {
  readonly type: number;
  /** 0 where the size is not fixed. */
  readonly shape: readonly number[];
}

/** Types and shapes that the graph declares for inputs and outputs, by the names that runtimes bind. */
function declaredValues({ model, config }: PlanSource): Map<string, DeclaredValue> {
  const standard = new Map(standardNames(config));
  const values = new Map<string, DeclaredValue>();
  for (const { name, type } of [...model.graph.input, ...model.graph.output]) {
    if (type?.value.case !== 'tensorType') continue;
    const { elemType, shape } = type.value.value;
    const sizes = (shape?.dim ?? []).map(({ value }) =>
      value.case === 'dimValue' ? Number(value.value) : 0,
    );
    values.set(standard.get(name) ?? name, { type: elemType, shape: sizes });
  }
  return values;
}

/** @throws {InvalidFileError} when keys or values of the graph have another width than the configuration says */
function checkHeadSize({ name, config }: PlanSource, declared: ReadonlyMap<string, DeclaredValue>): void {
  for (const [value, { shape }] of declared) {
    const width = shape.at(-1) ?? 0;
    if (!/^(past_key_values|present)\./.test(value) || width === 0 || width === config.headSize) continue;
    throw new InvalidFileError(
      { file: name },
      `${value} has heads of ${width} where model.decoder.head_size is ${config.headSize}`,
    );
  }
}

/** @throws {UnsupportedError} for an input of the graph that a run has nothing for */
function checkInputs(editor: GraphEditor, nodes: readonly NodeProto[], bound: ReadonlySet<string>): void {
  for (const node of nodes) {
    for (const value of readValues(node)) {
      if (!editor.inputs.has(value) || bound.has(value)) continue;
      throw new UnsupportedError(
        `${editor.file}: the graph's input ${value}`,
        'use a folder of a text model',
      );
    }
  }
}

/** Adds a constant of the folder that a node reads, if `value` is one, and tells of matrices of floats. */
interface AddedConstants {
  readonly editor: GraphEditor;
  readonly constants: PlanConstants;
  readonly fidelity: TensorFidelity[];
  /** Names of those that stay numbers of 16 bits. */
  readonly kept: ReadonlySet<string>;
}

function addConstant(
  { editor, constants, fidelity, kept }: AddedConstants,
  node: NodeProto,
  value: string,
): void {
  const tensor = editor.initializers.get(value);
  if (tensor === undefined) return;
  // A constant is added once, however many nodes read it.
  editor.initializers.delete(value);
  const isKept = kept.has(value);
  constants.stored(value, tensor, isKept);
  if (tensor.shape.length < 2) return;
  const half = isHalf(tensor.dataType);
  if (!half && tensor.dataType !== Onnx.FLOAT) return;
  const kind = half && !isKept ? 'decoded' : 'exact';
  const type = isKept ? elementType(tensor.dataType)!.stored : 'float32';
  fidelity.push({ tensor: tensor.name, kind, bound: 0, runsAs: `${node.opType} ${type}` });
}

/** Version, producer and operator sets of the model, without what is about its graph. */
function modelHead(model: OnnxModel) {
  const known = model.opsetImport.some(({ domain }) => domain === 'com.microsoft');
  const added = known ? [] : [{ domain: 'com.microsoft', version: 1n }];
  const opsetImport = [...model.opsetImport, ...added];
  return { irVersion: model.irVersion, producerName: 'llamella', opsetImport };
}

/** Fields that the schema does not know are passed on. */
function keepUnknown(from: Message, to: Message): void {
  if (from.$unknown !== undefined) to.$unknown = from.$unknown;
}

function readContextLength(most: number, wanted: number | undefined): number {
  if (wanted === undefined) return most;
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= most) return wanted;
  throw new InvalidArgumentError(
    'contextLength',
    `must be a whole number from 1 to ${most}, the model's context; got ${wanted}`,
  );
}
