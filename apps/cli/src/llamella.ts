import type * as library from 'llamella';

export type {
  ConvertFormat,
  ConvertOptions,
  ConvertReport,
  DeviceChoice,
  InspectOptions,
  LoadOptions,
  ModelReport,
} from 'llamella';

/** What the commands use of a model; tests pass their own. */
export type LoadedModel = Omit<library.LoadedModel, 'engine'>;

/** What the commands use of the package `llamella`. */
export interface Llamella extends Pick<typeof library, 'convertModel' | 'inspectModel' | 'loadTokenizer'> {
  loadModel(...parameters: Parameters<typeof library.loadModel>): Promise<LoadedModel>;
}

/** Imports the package `llamella`, on first use, so that `--help` does not wait for it. */
export function importLlamella(): Promise<Llamella> {
  return import('llamella');
}
