import type {
  BrowserModel,
  BrowserSupport,
  LoadBrowserModel,
  ModelStore,
  StoreContents,
  StoredModel,
} from 'llamella';

export type { BrowserModel, BrowserSupport, ModelStore, StoreContents, StoredModel };

/** What the page uses of `llamella`. */
export interface Llamella {
  readonly loadBrowserModel: LoadBrowserModel;
  readonly createModelStore: () => ModelStore;
  readonly detectSupport: () => Promise<BrowserSupport>;
  readonly hasStorage: () => Promise<boolean>;
}
