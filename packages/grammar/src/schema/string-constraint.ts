import { allCodePoints } from '../code-points.ts';
import {
  accepts,
  combine,
  type Dfa,
  dfaOfTexts,
  distances,
  explore,
  isEmpty,
  nodeOfDfa,
  TooLarge,
} from '../dfa.ts';
import { dfaOfPattern } from '../dfa-of-node.ts';
import type { Node } from '../grammar-node.ts';
import { anyString, quoted, stringCharacters } from '../json-text.ts';

/** A regular expression that a string has to match somewhere, or must not. */
export interface StringPattern {
  readonly node: Node;
  readonly is: boolean;
  /** The part of it that is written, and the most characters, where others would only invite a model to go on. */
  readonly written?: { readonly node: Node; readonly max: number };
  /** `pattern` or `format`, and where. */
  readonly keyword: string;
  readonly pointer: string;
}

/** What a JSON string has to be. Lengths are in code points. */
export interface StringConstraint {
  readonly min: number;
  readonly max: number;
  readonly patterns: readonly StringPattern[];
  readonly values?: readonly string[] | undefined;
  readonly excluded: readonly string[];
}

export const anyStringConstraint: StringConstraint = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  patterns: [],
  excluded: [],
};

const everything: Dfa = { edges: [triplesOfAll()], accept: [true] };

function triplesOfAll(): number[] {
  const result: number[] = [];
  for (let at = 0; at < allCodePoints.length; at += 2)
    result.push(allCodePoints[at]!, allCodePoints[at + 1]!, 0);
  return result;
}

export function bothStrings(left: StringConstraint, right: StringConstraint): StringConstraint | undefined {
  const joined: StringConstraint = {
    min: Math.max(left.min, right.min),
    max: Math.min(left.max, right.max),
    patterns: [...left.patterns, ...right.patterns],
    values: left.values ?? right.values,
    excluded: [...left.excluded, ...right.excluded],
  };
  if (joined.min > joined.max) return undefined;
  if (joined.values === undefined) return joined;
  const rightValues = right.values && new Set(right.values);
  const rest = { ...joined, values: undefined };
  const values = joined.values.filter(
    (value) => (rightValues?.has(value) ?? true) && allowsString(rest, value),
  );
  return values.length === 0 ? undefined : { ...anyStringConstraint, values };
}

export function allowsString(constraint: StringConstraint, value: string): boolean {
  const { min, max, patterns, values, excluded } = constraint;
  if (min > 0 || max < Number.POSITIVE_INFINITY) {
    const length = Array.from(value).length;
    if (length < min || length > max) return false;
  }
  return (
    (values === undefined || values.includes(value)) &&
    !excluded.includes(value) &&
    patterns.every((pattern) => accepts(dfaOfPattern(pattern.node), value) === pattern.is)
  );
}

/** Constraints that together allow what `constraint` does not. */
export function notString({ min, max, patterns, values, excluded }: StringConstraint): StringConstraint[] {
  const result: StringConstraint[] = [];
  const add = (part: Partial<StringConstraint>): unknown => result.push({ ...anyStringConstraint, ...part });
  if (min > 0) add({ max: min - 1 });
  if (max < Number.POSITIVE_INFINITY) add({ min: max + 1 });
  for (const pattern of patterns) add({ patterns: [{ ...pattern, is: !pattern.is }] });
  if (values !== undefined) add({ excluded: values });
  if (excluded.length > 0) add({ values: excluded });
  return result;
}

/** The strings as an automaton. @throws {TooLarge} */
export function stringDfa({ min, max, patterns, values, excluded }: StringConstraint): Dfa {
  if (values !== undefined) return dfaOfTexts(values);
  let dfa = everything;
  for (const { is, node, written } of patterns) {
    const other = dfaOfPattern((is && written?.node) || node);
    dfa = is && dfa === everything ? other : combine(dfa, other, is ? 'and' : 'minus');
  }
  if (excluded.length > 0) dfa = combine(dfa, dfaOfTexts(excluded), 'minus');
  if (min === 0 && max === Number.POSITIVE_INFINITY) return dfa;
  const cap = max === Number.POSITIVE_INFINITY ? min : max + 1;
  return explore<readonly [number, number]>(
    [0, 0],
    ([state, count]) => state * 0x200000 + count,
    ([state, count]) => {
      const list = dfa.edges[state]!;
      const result: [number, number, [number, number]][] = [];
      if (count < max)
        for (let at = 0; at < list.length; at += 3)
          result.push([list[at]!, list[at + 1]!, [list[at + 2]!, Math.min(count + 1, cap)]]);
      return result;
    },
    ([state, count]) => dfa.accept[state]! && count >= min && count <= max,
  );
}

const isPlain = ({ patterns, excluded, values }: StringConstraint): boolean =>
  patterns.length === 0 && excluded.length === 0 && values === undefined;

const unlimited = Number.POSITIVE_INFINITY;
const isTooShort = (dfa: Dfa, max: number): boolean => isEmpty(dfa) || distances(dfa)[0]! > max;

/** @throws {TooLarge} */
export function isEmptyString(constraint: StringConstraint): boolean {
  return (
    constraint.values === undefined &&
    !isPlain(constraint) &&
    isTooShort(stringDfa({ ...constraint, max: unlimited }), constraint.max)
  );
}

/** @throws {TooLarge} */
export function stringNode(constraint: StringConstraint): Node {
  const { values, min, max, patterns, excluded } = constraint;
  if (values !== undefined) return nodeOfDfa(dfaOfTexts(values.map((value) => JSON.stringify(value))));
  if (isPlain(constraint)) return anyString(min, max);
  try {
    const most = Math.min(...patterns.map(({ is, written }) => (is && written?.max) || unlimited));
    const dfa = stringDfa({ ...constraint, max: unlimited });
    return quoted(nodeOfDfa(dfa, stringCharacters, Math.min(max, Math.max(min, most))));
  } catch (error) {
    const only =
      patterns.length === 1 && excluded.length === 0 && min === 0 && max === Number.POSITIVE_INFINITY;
    const whole = only && patterns[0]!.is ? anchored(patterns[0]!.node) : undefined;
    if (!(error instanceof TooLarge) || whole === undefined) throw error;
    return quoted(written(whole));
  }
}

/** What stands between ^ and $, when nothing else of the expression is anchored. */
export function anchored(node: Node): Node | undefined {
  if (node.kind !== 'sequence') return undefined;
  const [first, last] = [node.items[0], node.items.at(-1)];
  if (first?.kind !== 'assert' || first.at !== 'start' || last?.kind !== 'assert' || last.at !== 'end')
    return undefined;
  const inner: Node = { kind: 'sequence', items: node.items.slice(1, -1) };
  return holdsAssertion(inner) ? undefined : inner;
}

export function holdsAssertion(node: Node): boolean {
  if (node.kind === 'sequence' || node.kind === 'choice') return node.items.some(holdsAssertion);
  return node.kind === 'repeat' ? holdsAssertion(node.item) : node.kind === 'assert';
}

function written(node: Node): Node {
  if (node.kind === 'chars') return stringCharacters(node.points);
  if (node.kind === 'sequence' || node.kind === 'choice')
    return { kind: node.kind, items: node.items.map(written) };
  return node.kind === 'repeat' ? { ...node, item: written(node.item) } : node;
}
