export type { CacheContents, CachedModel, PartialDownload } from './cached-model.ts';
export { type ChosenFiles, chooseFiles } from './choose-files.ts';
export { type Choice, chooseQuantization } from './choose-quantization.ts';
export type { OnPullProgress, PullProgress } from './download-files.ts';
export { checkFileNames, fileNameProblem } from './file-names.ts';
export { HttpError } from './http-error.ts';
export { createHub, type Hub, type PullOptions } from './hub.ts';
export type { HubOptions } from './hub-context.ts';
export type { ContentHash, HubFile } from './hub-file.ts';
export { groupModels, type ModelGroup } from './model-groups.ts';
export type {
  Clock,
  Fetch,
  HubPlatform,
  HubStorage,
  StorageLock,
  StoredFile,
  StoredItem,
  StreamingHash,
} from './platform.ts';
export type { PulledModel } from './pulled-model.ts';
export { isQuantization, quantizationOf } from './quantization.ts';
export {
  formatReference,
  type HubReference,
  isRemoteReference,
  type ModelReference,
  parseReference,
  type UrlReference,
} from './reference.ts';
export type { RemovedModel } from './remove-cached.ts';
export type { SizedFile } from './sized-file.ts';
