import { UnsupportedError } from '@llamella/spec';
import { hasShiftedNorms, safetensorsFiles, transformersConfig, transformersName } from '@llamella/weights';
import { convertedCheckpoint } from './convert-checkpoint.ts';
import { conversationFiles, tokenIds } from './convert-conversation.ts';
import type { ConvertJob, JobOptions } from './convert-job.ts';
import type { OpenedModel } from './opened-model.ts';

const dataTypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
/** Tensors that the configuration stands for. */
const inConfiguration = /^rope_(freqs|factors_short|factors_long)\.weight$/;

/** Prepares the writing of a folder in the form of transformers. */
export async function safetensorsJob(opened: OpenedModel, { type, signal }: JobOptions): Promise<ConvertJob> {
  const { checkpoint: source } = opened;
  const { architecture, tiedEmbeddings } = source.config;
  const checkpoint = convertedCheckpoint(source, {
    format: 'safetensors',
    type,
    ropeInterleaved: false,
    normShift: hasShiftedNorms(architecture) ? -1 : 0,
  });
  const infos = [...checkpoint.tensors.values()].filter(
    ({ name }) => !inConfiguration.test(name) && !(tiedEmbeddings && name === 'output.weight'),
  );
  const files = safetensorsFiles(
    infos.map((info) => {
      const name = transformersName(info.name, architecture);
      const dataType = info.type in dataTypes ? (info.type as keyof typeof dataTypes) : undefined;
      if (name === undefined || dataType === undefined) {
        throw new UnsupportedError(
          `${source.name}: tensor ${info.name} of type ${info.type} as safetensors`,
          `the ${architecture} of transformers has no place for it`,
        );
      }
      return { name, dataType, shape: info.shape, data: () => checkpoint.pieces(info.name, signal) };
    }),
  );
  const matrices = new Set(infos.filter(({ shape }) => shape.length > 1).map((info) => info.type));
  const mostly = (['F32', 'BF16', 'F16'] as const).find((each) => matrices.has(each)) ?? 'F32';
  const tokens = tokenIds(await opened.loadTokenizer(signal));
  // Left out, they would be those of the first model of the architecture.
  const ids = {
    bos_token_id: tokens.bos ?? null,
    eos_token_id: (tokens.eos.length > 1 ? tokens.eos : tokens.eos[0]) ?? null,
    pad_token_id: tokens.padding ?? null,
  };
  const texts = await conversationFiles(opened, source.config.contextLength, signal);
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  const names = infos.map(({ name }) => name);
  const more = { torch_dtype: dataTypes[mostly], ...ids };
  texts.set('config.json', transformersConfig(source.config, names, more));
  texts.set('generation_config.json', json(ids));
  const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0);
  return {
    byteLength: byteLength + 2 ** 24,
    checkpoint,
    async write(output, onProgress) {
      let done = 0;
      for (const file of files) {
        const onFileProgress = (loaded: number) => onProgress(done + loaded, byteLength);
        await output.write(file.name, (sink) => file.write(sink, { signal, onProgress: onFileProgress }));
        done += file.byteLength;
      }
      for (const [name, text] of texts) {
        await output.write(name, (sink) => sink.write(new TextEncoder().encode(text)));
      }
    },
  };
}
