import { createContext, useContext } from 'react';
import {
  type ConversationDatabase,
  createMemoryDatabase,
  openConversationDatabase,
} from './conversation/conversation-database.ts';
import { type ConversationLibrary, createConversationLibrary } from './conversation/conversation-library.ts';
import { newConversation } from './conversation/new-conversation.ts';
import { openTabChannel } from './conversation/open-tab-channel.ts';
import { type ChatSession, createChatSession } from './generation/chat-session.ts';
import { embeddedModel } from './model/embedded-model.ts';
import { withRecent } from './model/find-kept.ts';
import { loadLlamella, openModelStore } from './model/load-llamella.ts';
import { createModelSession, type ModelChoice, type ModelSession } from './model/model-session.ts';
import type { MutableObservable } from './platform/observable.ts';
import { openPreferences, type Preferences } from './settings/preferences.ts';

/** Everything that the components of the page work with. */
export interface Services {
  readonly preferences: MutableObservable<Preferences>;
  readonly library: ConversationLibrary;
  readonly models: ModelSession;
  readonly chat: ChatSession;
  /** Loads a model on the device of the preferences. */
  readonly loadModel: (choice: ModelChoice) => void;
  /** Why conversations are not kept, if so. */
  readonly storageError: unknown;
}

/** Puts the page together. */
export async function createServices(): Promise<Services> {
  const preferences = openPreferences();
  let database: ConversationDatabase;
  let storageError: unknown;
  try {
    database = await openConversationDatabase();
    await database.list();
  } catch (error) {
    storageError = error;
    database = createMemoryDatabase();
  }
  const makeNew = () => newConversation(preferences.get().sampling, preferences.get().systemPrompt);
  const library = createConversationLibrary(database, makeNew, openTabChannel());
  const models = createModelSession(
    { llamella: loadLlamella, store: openModelStore },
    ({ reference, label }) => {
      const { model: _, ...others } = preferences.get();
      preferences.set({
        ...others,
        ...(typeof reference === 'string' && { model: { reference, label } }),
      });
    },
  );
  const load = (choice: ModelChoice) => {
    const { reference, label } = choice;
    const now = preferences.get();
    if (typeof reference === 'string' && /^(?:hf|https?):/i.test(reference))
      preferences.set({ ...now, recent: withRecent(now.recent, { reference, label }) });
    return models.load(choice, now.device);
  };
  const chat = createChatSession({
    library,
    withProbabilities: () => preferences.get().showTokens,
    async model(signal) {
      const state = models.state.get();
      if (state.kind === 'ready') return state.model;
      if (state.kind === 'loading') return waitForModel(models, signal);
      const choice = state.kind === 'failed' ? state.choice : (preferences.get().model ?? embeddedModel);
      const loaded = await load(choice);
      // Another one was chosen meanwhile: that one answers.
      return loaded === undefined && models.state.get().kind === 'loading'
        ? waitForModel(models, signal)
        : loaded;
    },
  });
  return { preferences, library, models, chat, loadModel: (choice) => void load(choice), storageError };
}

function waitForModel({ state }: ModelSession, signal: AbortSignal) {
  return new Promise<Awaited<ReturnType<ModelSession['load']>>>((resolve) => {
    const look = () => {
      const now = state.get();
      if (now.kind === 'loading' && !signal.aborted) return;
      unsubscribe();
      signal.removeEventListener('abort', look);
      resolve(now.kind === 'ready' ? now.model : undefined);
    };
    const unsubscribe = state.subscribe(look);
    signal.addEventListener('abort', look);
  });
}

/** Gives the services to components. */
export const ServicesContext = createContext<Services | undefined>(undefined);

/** The services, in a component. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('components are used outside of the page');
  return services;
}
