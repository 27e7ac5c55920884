import { asyncDispose, LlamellaError, type TokenGrammar } from '@llamella/spec';
import type { LoadedModel } from '../loaded-model.ts';
import type { AnswerGrammar } from './browser-model.ts';
import { loadInWorker, type ServedModel } from './load-in-worker.ts';
import type { SentGenerateOptions } from './messages.ts';
import type { CallContext, ServedCalls } from './serve-calls.ts';
import { storeCalls } from './store-calls.ts';
import { throttleProgress } from './throttle-progress.ts';

/** What a model's worker does: it holds one model. */
export function createWorkerCalls(): ServedCalls {
  let served: ServedModel | undefined;
  const loaded = () => {
    if (served !== undefined) return served.model;
    throw new LlamellaError('disposed', 'the model was disposed');
  };
  return {
    async load(request, { signal, tell, notice }) {
      const onProgress = throttleProgress((progress) => void tell(progress));
      served = await loadInWorker(request, { signal, onProgress, notice });
      return served.described;
    },
    async generate({ prompt, options }, context) {
      const model = loaded();
      await streamParts(model, options, context, (generation) => model.generate(prompt, generation));
      return undefined;
    },
    async chat({ messages, options }, context) {
      const model = loaded();
      await streamParts(model, options, context, (generation) => model.chat(messages, generation));
      return undefined;
    },
    async countTokens(messages) {
      return loaded().encodeChat(messages).length;
    },
    async tokenize(text) {
      const { tokenizer } = loaded();
      const ids = [...tokenizer.encode(text, { addSpecialTokens: false })];
      return { ids, pieces: ids.map((id) => pieceOf(tokenizer, id)) };
    },
    async pieces(ids) {
      const { tokenizer } = loaded();
      return ids.map((id) => pieceOf(tokenizer, id));
    },
    async dispose() {
      const last = served;
      served = undefined;
      await last?.model[asyncDispose]();
      return undefined;
    },
    ...storeCalls,
  };
}

function pieceOf(tokenizer: LoadedModel['tokenizer'], id: number): string {
  const text = new TextDecoder().decode(tokenizer.tokenBytes(id));
  return text === '' ? (tokenizer.idToToken(id) ?? '') : text;
}

type Parts = ReturnType<LoadedModel['generate']>;

async function streamParts(
  model: LoadedModel,
  { grammar, ...options }: SentGenerateOptions,
  { signal, tell }: CallContext<unknown>,
  generate: (options: Parameters<LoadedModel['generate']>[1] & object) => Parts,
): Promise<void> {
  using compiled = grammar && compileGrammar(model, grammar);
  for await (const part of generate({ ...options, signal, ...(compiled && { grammar: compiled }) })) {
    await tell(part);
  }
}

function compileGrammar({ grammars }: LoadedModel, grammar: AnswerGrammar): TokenGrammar {
  if (grammar.kind === 'json-schema') return grammars.compileJsonSchema(grammar.schema);
  if (grammar.kind === 'regex') return grammars.compileRegex(grammar.pattern);
  return grammars.compileGrammar(grammar.grammar);
}
