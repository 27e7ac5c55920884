import { basename, extname } from 'node:path';
import { InvalidArgumentError, type OnProgress, type TensorFidelity, UnsupportedError } from '@llamella/spec';
import type { TensorChange } from './convert-change.ts';
import type { ConvertJob, JobOptions } from './convert-job.ts';
import { openOutput, type WrittenFile } from './convert-output.ts';
import { genaiJob } from './convert-to-genai.ts';
import { ggufJob } from './convert-to-gguf.ts';
import { safetensorsJob } from './convert-to-safetensors.ts';
import { type ConvertFormat, type ConvertType, checkConvertType } from './convert-types.ts';
import { openModel } from './open-model.ts';
import type { OpenedModel } from './opened-model.ts';

/** How a model is converted; every field is optional. */
export interface ConvertOptions {
  /** Container to write. Default: `gguf` where `out` ends in `.gguf`; it has to be given for folders. */
  readonly to?: ConvertFormat;
  /**
   * Type of the weights. Default `same`: as they are stored, or F16 in containers that do not have their type. Norms and
   * biases stay in float32, and the output projection gets no fewer bits than Q6_K has.
   */
  readonly type?: ConvertType;
  /** With `genai`: longest sequence of the graph in tokens. Default: the model's context. */
  readonly contextLength?: number;
  /** Replaces what is at `out`. A folder that holds anything but a model is never replaced. Default `false`. */
  readonly overwrite?: boolean;
  /** Stops the conversion, and removes what was written. */
  readonly signal?: AbortSignal;
  /** Phase `convert`, in bytes of the weights to write; before it `download` and `verify` where there is something to download. */
  readonly onProgress?: OnProgress;
}

/** What was written, and what became of the weights. */
export interface ConvertReport {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** Paths of the files with weights that were read. */
  readonly sources: readonly string[];
  /** Container that was read. */
  readonly from: ConvertFormat;
  /** Container that was written. */
  readonly to: ConvertFormat;
  /** What was written, in order. */
  readonly files: readonly WrittenFile[];
  /** Size of all of it. */
  readonly bytes: number;
  /** What became of each tensor. */
  readonly tensors: readonly TensorChange[];
  /** What of the model is not computed, or not by all programs that read the container: sentences for people, often none. */
  readonly notes: readonly string[];
  /** With `genai`: how closely each tensor survives in the graph, and what multiplies it. */
  readonly fidelity?: readonly TensorFidelity[];
}

const jobs: Record<
  ConvertFormat,
  { readonly isFolder: boolean; prepare(opened: OpenedModel, options: JobOptions): Promise<ConvertJob> }
> = {
  gguf: { isFolder: false, prepare: ggufJob },
  safetensors: { isFolder: true, prepare: safetensorsJob },
  genai: { isFolder: true, prepare: genaiJob },
};

/**
 * Writes a model in another container, or with its weights in another type. The weights go through memory a tensor at a
 * time. What is written lies under another name until it is whole.
 *
 * @param reference as for `loadModel`
 * @param out path of the GGUF file or of the folder to write
 * @throws {InvalidArgumentError} when there is something at `out` already, or it cannot be written
 * @throws {UnsupportedError} when the container cannot hold the model, its tokenizer or the type
 * @throws {LlamellaError} `no-space` when it does not fit on the disk; and as `loadModel` does for the model
 * @throws `options.signal.reason` when aborted
 */
export async function convertModel(
  reference: string | undefined,
  out: string,
  options: ConvertOptions = {},
): Promise<ConvertReport> {
  const { signal, onProgress, type = 'same', overwrite = false } = options;
  const to = chooseFormat(out, options.to);
  checkConvertType(type, to);
  signal?.throwIfAborted();
  await using opened = await openModel(reference, { signal, onProgress });
  const { checkpoint, files: sources } = opened;
  if (checkpoint.format === 'genai') {
    throw new UnsupportedError(
      `${opened.location}: converting a folder of ONNX Runtime GenAI`,
      'its graph does not say what its weights are; convert the GGUF file or the safetensors that it was made from',
    );
  }
  const { isFolder, prepare } = jobs[to];
  const job = await prepare(opened, { type, signal, contextLength: options.contextLength });
  const output = await openOutput(out, { isFolder, overwrite, sources, byteLength: job.byteLength });
  try {
    await job.write(output, (loaded, total) => onProgress?.({ phase: 'convert', loaded, total, file: out }));
    signal?.throwIfAborted();
    const files = await output.finish();
    return {
      name: checkpoint.config.name ?? basename(checkpoint.name),
      sources,
      from: checkpoint.format,
      to,
      files,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      tensors: [...job.checkpoint.changes.values()],
      notes: [...opened.notes, ...(job.notes ?? [])],
      ...(job.fidelity && { fidelity: job.fidelity() }),
    };
  } finally {
    await output.discard();
  }
}

function chooseFormat(out: string, to: ConvertFormat | undefined): ConvertFormat {
  if (out === '') throw new InvalidArgumentError('out', 'the path is empty');
  const isGguf = extname(out).toLowerCase() === '.gguf';
  if (to === undefined) {
    if (isGguf) return 'gguf';
    throw new InvalidArgumentError('to', `say what ${out} is to be: gguf, safetensors or genai`);
  }
  if (!Object.hasOwn(jobs, to)) {
    throw new InvalidArgumentError(
      'to',
      `is ${JSON.stringify(to)}; it can be ${Object.keys(jobs).join(', ')}`,
    );
  }
  if (to === 'gguf' && !isGguf) throw new InvalidArgumentError('out', `${out} must end in .gguf`);
  if (to !== 'gguf' && isGguf) {
    throw new InvalidArgumentError('out', `${out} ends in .gguf, and a folder for ${to} is to be written`);
  }
  return to;
}
