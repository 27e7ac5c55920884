import {
  dispose,
  InvalidArgumentError,
  LlamellaError,
  type TokenConstraint,
  type TokenGrammar,
} from '@llamella/spec';
import { Automaton, type State } from './automaton.ts';
import type { Node } from './grammar-node.ts';
import { shortPlain, type Vocabulary } from './vocabulary.ts';

const never = Number.POSITIVE_INFINITY;
const maskMemory = 16 * 2 ** 20;

/** A grammar over a vocabulary. The states that texts reached are shared by all of its constraints. */
export class CompiledGrammar implements TokenGrammar {
  readonly vocabularySize: number;
  readonly #vocabulary: Vocabulary;
  #automaton: Automaton | undefined;
  readonly #mostMasks: number;

  constructor(root: Node, vocabulary: Vocabulary) {
    this.vocabularySize = vocabulary.size;
    this.#vocabulary = vocabulary;
    this.#automaton = new Automaton(root, vocabulary.all);
    this.#mostMasks = Math.max(8, Math.floor(maskMemory / (vocabulary.size / 8)));
  }

  createConstraint(): TokenConstraint {
    if (this.#automaton === undefined) throw new LlamellaError('disposed', 'The grammar was disposed');
    return new GrammarConstraint(this.#automaton, this.#vocabulary, this.#mostMasks);
  }

  /** Lets go of the memory. Constraints that exist go on. */
  [dispose](): void {
    this.#automaton = undefined;
  }
}

class GrammarConstraint implements TokenConstraint {
  readonly vocabularySize: number;
  readonly #vocabulary: Vocabulary;
  readonly #mostMasks: number;
  readonly #mask: Uint32Array;
  readonly #path: State[];
  #automaton: Automaton | undefined;
  #history: (State | 'end')[];

  constructor(automaton: Automaton, vocabulary: Vocabulary, mostMasks: number) {
    this.#automaton = automaton;
    this.#vocabulary = vocabulary;
    this.#mostMasks = mostMasks;
    this.vocabularySize = vocabulary.size;
    this.#mask = new Uint32Array((vocabulary.size + 31) >>> 5);
    this.#path = [];
    this.#history = [automaton.start];
  }

  get finished(): boolean {
    this.#live();
    const state = this.#history.at(-1)!;
    return state === 'end' || state.leaves.length === 0;
  }

  get completionLength(): number {
    const automaton = this.#live();
    const state = this.#history.at(-1)!;
    return state === 'end' ? 0 : automaton.lengthOf(state);
  }

  fillMask(mask: Uint32Array, limit = never): boolean {
    const words = (this.vocabularySize + 31) >>> 5;
    if (!(mask instanceof Uint32Array) || mask.length !== words)
      throw new InvalidArgumentError('mask', `must be a Uint32Array of ${words} entries`);
    if (!(limit >= 0)) throw notCount(limit);
    const computed = this.#compute(limit);
    const rest = this.vocabularySize & 31;
    const full = (word: number, at: number): boolean =>
      word === (rest !== 0 && at === words - 1 ? 2 ** rest - 1 : 0xffffffff);
    if (computed.every(full)) return false;
    mask.set(computed);
    return true;
  }

  accept(token: number): void {
    const automaton = this.#live();
    const next = this.#after(automaton, token);
    if (next === null)
      throw new InvalidArgumentError(
        'token',
        `${token} is not allowed after the ${this.#history.length - 1} tokens so far`,
      );
    this.#history.push(next);
    automaton.trim();
  }

  rollback(count: number): void {
    this.#live();
    const most = this.#history.length - 1;
    if (!Number.isInteger(count) || count < 0 || count > most)
      throw new InvalidArgumentError('count', `${count} tokens cannot be taken back; ${most} were accepted`);
    this.#history.length -= count;
  }

  forcedTokens(limit = 64): Uint32Array {
    if (!Number.isInteger(limit) || limit < 0) throw notCount(limit);
    const tokens: number[] = [];
    while (tokens.length < limit && this.#history.at(-1) !== 'end') {
      const token = onlyBit(this.#compute());
      if (token < 0) break;
      tokens.push(token);
      this.accept(token);
    }
    this.rollback(tokens.length);
    return Uint32Array.from(tokens);
  }

  [dispose](): void {
    this.#automaton = undefined;
    this.#history = [];
  }

  #live(): Automaton {
    if (this.#automaton === undefined) throw new LlamellaError('disposed', 'The constraint was disposed');
    return this.#automaton;
  }

  #after(automaton: Automaton, token: number): State | 'end' | null {
    const state = this.#history.at(-1)!;
    if (this.#vocabulary.endOfGeneration.includes(token))
      return state === 'end' || state.accept ? 'end' : null;
    if (state === 'end' || !Number.isInteger(token) || token < 0 || token >= this.vocabularySize) return null;
    const named = automaton.nextToken(state, token);
    const bytes = this.#vocabulary.bytesOf(token);
    let next: State | null = bytes.length === 0 ? null : state;
    for (let at = 0; at < bytes.length && next !== null; at++) next = automaton.next(next, bytes[at]!);
    return next !== null && named !== null ? automaton.both(next, named) : (next ?? named);
  }

  /** @returns the mask; a later call may overwrite it */
  #compute(limit = never): Uint32Array {
    const automaton = this.#live();
    const state = this.#history.at(-1)!;
    const most = state === 'end' ? never : Math.max(limit, automaton.lengthOf(state)) - 1;
    if (state !== 'end' && state.mask !== undefined && state.longest! <= most) return state.mask;
    const mask = this.#mask.fill(0);
    const set = (id: number): void => {
      mask[id >>> 5]! |= 1 << (id & 31);
    };
    if (state !== 'end') this.#walk(automaton, state, mask, most);
    if (state === 'end' || state.accept) for (const id of this.#vocabulary.endOfGeneration) set(id);
    if (state === 'end') return mask;
    for (const { ids, negated, length } of automaton.tokenSets(state)) {
      if (length > state.longest!) state.longest = length;
      if (length > most) continue;
      if (!negated) ids.forEach(set);
      else
        for (let id = 0; id < this.vocabularySize; id++)
          if (!ids.includes(id) && !this.#vocabulary.endOfGeneration.includes(id)) set(id);
    }
    if (state.longest! <= most) automaton.keepMask(state, mask.slice(), this.#mostMasks);
    return mask;
  }

  /**
   * Follows every token's bytes at once, leaving out all that begin with what is not allowed.
   *
   * @param most tokens after which more than this many are needed are left out
   */
  #walk(automaton: Automaton, state: State, mask: Uint32Array, most: number): void {
    const plain = automaton.plainLength(state, shortPlain);
    const isPlain = plain <= most && plain >= 0;
    if (isPlain) mask.set(this.#vocabulary.plain);
    const { bytes, depths, ends, firstTokens, twins } = this.#vocabulary[isPlain ? 'special' : 'all'];
    const path = this.#path;
    path[0] = state;
    let longest = plain;
    for (let at = 0; at < bytes.length; ) {
      const depth = depths[at]!;
      const byte = bytes[at]!;
      const before = path[depth]!;
      const next = before.next[byte];
      const reached = next === undefined ? automaton.next(before, byte) : next;
      if (reached === null) {
        at = ends[at]!;
        continue;
      }
      path[depth + 1] = reached;
      const token = firstTokens[at++]!;
      if (token < 0) continue;
      const length = reached.length ?? automaton.lengthOf(reached);
      if (length > longest) longest = length;
      if (length > most) continue;
      for (let id = token; id >= 0; id = twins[id]!) mask[id >>> 5]! |= 1 << (id & 31);
    }
    state.longest = longest;
  }
}

const notCount = (limit: number): Error =>
  new InvalidArgumentError('limit', `${limit} is not a count of tokens`);

function onlyBit(mask: Uint32Array): number {
  let found = -1;
  for (let at = 0; at < mask.length; at++) {
    const word = mask[at]!;
    if (word === 0) continue;
    if (found >= 0 || (word & (word - 1)) !== 0) return -1;
    found = at * 32 + 31 - Math.clz32(word);
  }
  return found;
}
