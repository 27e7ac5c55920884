import { buildGraph, cpuProfile, genaiConfig, genaiGraph } from '@llamella/graph';
import { type GraphPlan, LlamellaError, type TensorFidelity } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { convertedCheckpoint } from './convert-checkpoint.ts';
import { conversationFiles, tokenIds } from './convert-conversation.ts';
import type { ConvertJob, JobOptions } from './convert-job.ts';
import type { OpenedModel } from './opened-model.ts';
import { rememberTensors } from './remember-tensors.ts';

const GRAPH = 'model.onnx';
const DATA = 'model.onnx_data';

/** Prepares the writing of a folder for ONNX Runtime GenAI, with the graph that `loadModel` runs on a CPU. */
export async function genaiJob(
  opened: OpenedModel,
  { type, contextLength, signal }: JobOptions,
): Promise<ConvertJob> {
  opened.checkArchitecture();
  const { checkpoint: source } = opened;
  const checkpoint = convertedCheckpoint(source, {
    format: 'genai',
    type,
    ropeInterleaved: source.config.ropeInterleaved,
  });
  const built = buildGraph(checkpoint, {
    profile: cpuProfile,
    ...(contextLength !== undefined && { contextLength }),
  });
  const plan = genaiGraph(built, DATA);
  const tokenizer = await opened.loadTokenizer(signal);
  const tokens = tokenIds(tokenizer);
  if (tokens.eos.length === 0) {
    throw new LlamellaError('unsupported', `${source.name}: the tokenizer has no token that ends a text`);
  }
  const config = genaiConfig(source.config, {
    contextLength: plan.interface.contextLength,
    filename: GRAPH,
    tokens,
    positionInput: plan.interface.positionInput,
  });
  const texts = await conversationFiles(opened, plan.interface.contextLength, signal);
  texts.set('genai_config.json', `${JSON.stringify(config, undefined, 2)}\n`);
  const errors = new Map<string, number>();
  return {
    byteLength: plan.model.byteLength + plan.externalByteLength + 2 ** 24,
    checkpoint,
    fidelity: () => plan.fidelity.map((entry) => withMeasured(entry, errors.get(entry.tensor))),
    async write(output, onProgress) {
      await output.write(DATA, (sink) =>
        writeInitializers(plan, sink.write, { checkpoint, errors, signal, onProgress }),
      );
      await output.write(GRAPH, (sink) => sink.write(plan.model));
      for (const [name, text] of texts) {
        await output.write(name, (sink) => sink.write(new TextEncoder().encode(text)));
      }
    },
  };
}

/** Writes the external data of a graph one initializer after the other. */
async function writeInitializers(
  plan: GraphPlan,
  write: (bytes: Uint8Array) => Promise<void>,
  options: {
    readonly checkpoint: Parameters<typeof rememberTensors>[0];
    readonly errors: Map<string, number>;
    readonly signal: AbortSignal | undefined;
    readonly onProgress: (loaded: number, total: number) => void;
  },
): Promise<void> {
  const { errors, signal, onProgress } = options;
  const source = rememberTensors(options.checkpoint);
  let at = 0;
  for (const [index, { byteLength, source: from }] of plan.initializers.entries()) {
    signal?.throwIfAborted();
    const offset = plan.offsets[index]!;
    if (offset > at) await write(new Uint8Array(offset - at));
    if ('data' in from) await write(from.data);
    else {
      const bytes = new Uint8Array(byteLength);
      for (const { tensor, largest } of await packInitializer(from.recipe, source, bytes, signal)) {
        errors.set(tensor, largest);
      }
      await write(bytes);
    }
    at = offset + byteLength;
    onProgress(at, plan.externalByteLength);
  }
}

function withMeasured(entry: TensorFidelity, measured: number | undefined): TensorFidelity {
  return entry.kind === 're-gridded' && measured !== undefined ? { ...entry, measured } : entry;
}
