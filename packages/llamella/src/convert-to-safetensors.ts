import { UnsupportedError } from '@llamella/spec';
import type { ConvertJob, JobOptions } from './convert-job.ts';
import type { OpenedModel } from './opened-model.ts';
export async function safetensorsJob(opened: OpenedModel, _options: JobOptions): Promise<ConvertJob> {
  throw new UnsupportedError(
    `${opened.checkpoint.name}: writing ${_options.type} as safetensors`,
    'write GGUF',
  );
}
