import { UnsupportedError } from '@llamella/spec';
import { type ByteNode, bytesOfCodePoints, bytesOfText } from './byte-node.ts';
import { CompletionLengths } from './completion-lengths.ts';
import type { Machine, Node } from './grammar-node.ts';
import { isPlainAllowed } from './plain-text.ts';
import { repetition } from './repetition.ts';
import type { TokenTree } from './token-tree.ts';

const never = Number.POSITIVE_INFINITY;
const mostStates = 4000;
const mostContinuations = 200_000;
const mostLeaves = 20_000;

interface MachineState {
  readonly kind: 'state';
  readonly machine: Machine;
  readonly state: string | number;
  branches?: readonly Branch[];
  length?: number;
}

type Head = Node | ByteNode | MachineState;
type Branch = readonly Head[];

/** What is left to match: a head, then the rest. Equal ones are the same object. */
interface Continuation {
  readonly id: number;
  readonly head: Head;
  readonly rest: Continuation | undefined;
  pushed?: Map<Head, Continuation>;
  expansion?: Expansion;
  length?: number;
}

/** The continuations that wait for a byte or a token, and whether the text may end. */
interface Expansion {
  readonly leaves: readonly Continuation[];
  readonly accept: boolean;
  state?: State;
}

/** All that can follow a text. Two texts that allow the same have, as a rule, the same object. */
export interface State extends Omit<Expansion, 'state'> {
  /** Where each byte leads: `null` nowhere, `undefined` not known yet. */
  readonly next: (State | null | undefined)[];
  mask?: Uint32Array;
  /** How many tokens suffice to complete the text. */
  length?: number;
  /** The most that suffice after any one token that is allowed here. */
  longest?: number;
}

/**
 * A pushdown automaton over bytes, made state by state as texts are read: a state is the set of continuations that
 * are possible, so ambiguity costs no backtracking, and calls at the end of a rule leave nothing on the stack.
 */
export class Automaton {
  readonly #root: Node;
  #start: State;
  #roots = new Map<Head, Continuation>();
  #states = new Map<string, State>();
  #masked: State[] = [];
  #continuations = 0;
  #made = 0;
  readonly #tokens: TokenTree;
  #lengths: CompletionLengths | undefined;
  readonly #bytes = new Map<Node, ByteNode | undefined>();
  readonly #machines = new Map<Machine, Map<string | number, MachineState>>();

  constructor(root: Node, tokens: TokenTree) {
    this.#root = root;
    this.#tokens = tokens;
    this.#start = this.#first();
  }

  get start(): State {
    return this.#start;
  }

  #first(): State {
    return this.#state([this.#expand(this.#push(this.#root, undefined))]);
  }

  /** @returns the state after one more byte, or `null` when no text goes on so */
  next(state: State, byte: number): State | null {
    const known = state.next[byte];
    if (known !== undefined) return known;
    const found: Expansion[] = [];
    for (const { head, rest } of state.leaves) {
      if (!('edges' in head)) continue;
      for (const edge of head.edges)
        if (byte >= edge.first && byte <= edge.last)
          found.push(this.#expand(edge.target ? this.#push(edge.target, rest) : rest));
    }
    const [only] = found;
    if (found.length === 1) return (state.next[byte] = only!.state ??= this.#state(found));
    return (state.next[byte] = only === undefined ? null : this.#state(found));
  }

  /** @returns the state after a token that the grammar names by its id, or `null` */
  nextToken(state: State, token: number): State | null {
    const found: Expansion[] = [];
    for (const { head, rest } of state.leaves)
      if ('kind' in head && head.kind === 'tokens' && head.ids.includes(token) !== head.negated)
        found.push(this.#expand(rest));
    return found.length === 0 ? null : this.#state(found);
  }

  /** The token sets that a state waits for, each with how many tokens suffice after it. */
  tokenSets(state: State) {
    return state.leaves.flatMap(({ head, rest }) =>
      'kind' in head && head.kind === 'tokens' ? [{ ...head, length: this.#remaining(rest) }] : [],
    );
  }

  /** How many tokens suffice to complete a text that is at a state: by this count, some token leaves one fewer. */
  lengthOf(state: State): number {
    return (state.length ??= state.accept
      ? 0
      : state.leaves.reduce((least, leaf) => Math.min(least, this.#remaining(leaf)), never));
  }

  #remaining(last: Continuation | undefined): number {
    const path: Continuation[] = [];
    let at = last;
    for (; at !== undefined && at.length === undefined; at = at.rest) path.push(at);
    let length = at?.length ?? 0;
    this.#lengths ??= new CompletionLengths(this.#root, this.#tokens);
    for (const continuation of path.reverse()) {
      const { head } = continuation;
      if ('edges' in head) length += this.#lengths.ofBytes(head);
      else if (head.kind !== 'state') length += this.#lengths.of(head);
      else length += head.length ??= head.machine.length(head.state, this.#lengths.of);
      continuation.length = length;
    }
    return length;
  }

  /**
   * How many tokens suffice after any text of so many plain characters, -1 where not every one may follow, as far as
   * this is easy to see.
   */
  plainLength(state: State, count: number): number {
    for (const leaf of state.leaves) {
      const { head, rest } = leaf;
      if (!('edges' in head) || head.points === undefined || !isPlainAllowed(head.points)) continue;
      if (rest === undefined || !('kind' in rest.head) || rest.head.kind !== 'state') continue;
      const loop = rest.head.machine.loop?.(rest.head.state);
      if (loop !== undefined && loop.room + 1 >= count && isPlainAllowed(loop.points))
        return this.#remaining(rest);
    }
    return -1;
  }

  both(left: State, right: State): State {
    return this.#state([left, right]);
  }

  /** Keeps the mask of a state for the next time, and forgets the oldest beyond `limit`. */
  keepMask(state: State, mask: Uint32Array, limit: number): void {
    state.mask = mask;
    this.#masked.push(state);
    while (this.#masked.length > limit) delete this.#masked.shift()!.mask;
  }

  /** Forgets what was made so far when it is much; states that are in use stay valid. */
  trim(): void {
    if (this.#made < mostStates && this.#continuations < mostContinuations) return;
    this.#states = new Map();
    this.#roots = new Map();
    this.#masked = [];
    this.#made = this.#continuations = 0;
    for (const states of this.#machines.values()) states.clear();
    this.#start = this.#first();
  }

  #state(parts: readonly Expansion[]): State {
    const leaves = [...new Set(parts.flatMap((part) => part.leaves))].sort(
      (left, right) => left.id - right.id,
    );
    const accept = parts.some((part) => part.accept);
    const key = `${leaves.map((leaf) => leaf.id).join()}${accept ? '!' : ''}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { leaves, accept, next: new Array(256).fill(undefined) };
      this.#states.set(key, state);
      this.#made++;
    }
    return state;
  }

  #push(head: Head, rest: Continuation | undefined): Continuation {
    const siblings = rest === undefined ? this.#roots : (rest.pushed ??= new Map());
    let continuation = siblings.get(head);
    if (continuation === undefined) {
      continuation = { id: nextId++, head, rest };
      this.#continuations++;
      siblings.set(head, continuation);
    }
    return continuation;
  }

  #expand(first: Continuation | undefined): Expansion {
    if (first === undefined) return { leaves: [], accept: true };
    if (first.expansion !== undefined) return first.expansion;
    const leaves: Continuation[] = [];
    let accept = false;
    const seen = new Set<Continuation>([first]);
    for (const continuation of seen) {
      const { head, rest } = continuation;
      if ('edges' in head || head.kind === 'tokens') {
        leaves.push(continuation);
        if (leaves.length > mostLeaves)
          throw new UnsupportedError(
            'A grammar this ambiguous',
            'write it so that fewer readings of one text exist',
          );
        continue;
      }
      for (const branch of this.#branches(head)) {
        let next = rest;
        for (let at = branch.length - 1; at >= 0; at--) next = this.#push(branch[at]!, next);
        if (next === undefined) accept = true;
        else seen.add(next);
      }
    }
    return (first.expansion = { leaves, accept });
  }

  #branches(head: Node | MachineState): readonly Branch[] {
    switch (head.kind) {
      case 'sequence':
        return [head.items];
      case 'choice':
        return head.items.map((item) => [item]);
      case 'rule':
        return [[head.rule.body]];
      case 'repeat':
        return [[this.#machineState(repetition(head), 0)]];
      case 'machine':
        return [[this.#machineState(head.machine, head.machine.start)]];
      case 'state':
        return (head.branches ??= this.#step(head));
      case 'chars':
      case 'text': {
        if (!this.#bytes.has(head))
          this.#bytes.set(
            head,
            head.kind === 'text' ? bytesOfText(head.text) : bytesOfCodePoints(head.points),
          );
        const bytes = this.#bytes.get(head);
        return [bytes === undefined ? [] : [bytes]];
      }
      default:
        throw new TypeError(`a grammar cannot hold ${head.kind}`);
    }
  }

  #step({ machine, state }: MachineState): readonly Branch[] {
    const { accept, edges } = machine.step(state);
    const branches: Branch[] = edges.map(([node, next]) => [node, this.#machineState(machine, next)]);
    if (accept) branches.push([]);
    return branches;
  }

  #machineState(machine: Machine, state: string | number): MachineState {
    let states = this.#machines.get(machine);
    if (states === undefined) this.#machines.set(machine, (states = new Map()));
    let found = states.get(state);
    if (found === undefined) states.set(state, (found = { kind: 'state', machine, state }));
    return found;
  }
}

let nextId = 1;
