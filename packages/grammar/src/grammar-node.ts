import type { CodePoints } from './code-points.ts';

/** A named part of a grammar; its body is set after the rules that refer to it exist. */
export interface Rule {
  readonly name: string;
  body: Node;
}

/** How many tokens suffice for a node. */
export type LengthOf = (node: Node) => number;

/**
 * An automaton whose states are made when they are reached. Each edge consumes a node. `prune` is told which of
 * `items` can be completed at all, must not offer the others from then on, and says whether the machine can.
 */
export interface Machine {
  readonly items: readonly Node[];
  readonly start: string | number;
  prune(alive: readonly boolean[]): boolean;
  step(state: string | number): MachineStep;
  /** How many tokens suffice from a state to the end: 0 where it accepts, else those of an edge and what follows it. */
  length(state: string | number, of: LengthOf): number;
  /** Characters of which, from this state, up to `room` may follow in any order. */
  loop?(state: string | number): { readonly points: CodePoints; readonly room: number } | undefined;
}

export interface MachineStep {
  readonly accept: boolean;
  readonly edges: readonly (readonly [Node, string | number])[];
}

/** What a text has to look like. Repetitions have `max` Infinity when they have no end. */
export type Node =
  | { readonly kind: 'chars'; readonly points: CodePoints }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'rule'; readonly rule: Rule }
  | { readonly kind: 'machine'; readonly machine: Machine }
  | { readonly kind: 'tokens'; readonly ids: readonly number[]; readonly negated: boolean }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' };

export const chars = (points: CodePoints): Node => ({ kind: 'chars', points });
export const text = (value: string): Node => ({ kind: 'text', text: value });
export const sequence = (...items: readonly Node[]): Node =>
  items.length === 1 ? items[0]! : { kind: 'sequence', items };
export const choice = (items: readonly Node[]): Node =>
  items.length === 1 ? items[0]! : { kind: 'choice', items };
export const repeat = (item: Node, min: number, max = Number.POSITIVE_INFINITY): Node => ({
  kind: 'repeat',
  item,
  min,
  max,
});
export const optional = (item: Node): Node => repeat(item, 0, 1);
export const machine = (value: Machine): Node => ({ kind: 'machine', machine: value });
export const reference = (rule: Rule): Node => ({ kind: 'rule', rule });

export const nothing: Node = { kind: 'choice', items: [] };
export const empty: Node = { kind: 'sequence', items: [] };
