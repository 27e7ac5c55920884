import { combine, type Dfa, dfaOfTexts, isEmpty, nodeOfDfa } from '../dfa.ts';
import { dfaOfPattern } from '../dfa-of-node.ts';
import { type Machine, machine, type Node, sequence, text } from '../grammar-node.ts';
import { anyString, type JsonSyntax, quoted, stringCharacters } from '../json-text.ts';
import type { Conditions } from './atoms.ts';
import { bitCount } from './bit-count.ts';
import type { Normalizer } from './normalizer.ts';
import type { ObjectConstraint } from './object-constraint.ts';
import { unsupportedKeyword } from './schema-error.ts';
import { allowsString, anyStringConstraint, stringDfa } from './string-constraint.ts';

const mostPatterns = 6;
const everyKey = stringDfa(anyStringConstraint);

interface Entry {
  readonly key: Node;
  readonly value: Node;
  readonly required: boolean;
  /** Whether there is one such key only. */
  readonly single: boolean;
}

export interface ObjectOptions {
  readonly syntax: JsonSyntax;
  readonly anyOrder: boolean;
  readonly valueNode: (conditions: Conditions) => Node;
}

/** @throws {TooLarge} when the automaton of the other keys is too large */
export function objectNode(
  constraint: ObjectConstraint,
  normalizer: Normalizer,
  options: ObjectOptions,
): Node {
  const { layers, required, min, max, pointer } = constraint;
  const named = new Set([...layers.flatMap((layer) => [...layer.properties.keys()]), ...required]);
  const names = namesOf(constraint, normalizer);
  const entries: Entry[] = [];
  for (const key of named) {
    const value = normalizer.valueOf(constraint, key);
    const never = !names.allows(key) || normalizer.isNever(value);
    if (never && required.has(key)) return { kind: 'choice', items: [] };
    if (never) continue;
    entries.push({
      key: text(JSON.stringify(key)),
      value: options.valueNode(value),
      required: required.has(key),
      single: true,
    });
  }
  for (const { key, value } of otherKeys(constraint, named, names.dfa))
    if (!normalizer.isNever(value))
      entries.push({ key, value: options.valueNode(value), required: false, single: false });
  const open = entries.some(({ single }) => !single);
  if (open && min > required.size + 1)
    throw unsupportedKeyword(
      'minProperties',
      pointer,
      'a grammar cannot tell whether keys that are not named differ; require more, or forbid additional ones',
    );
  const { syntax } = options;
  const body = machine(objectMachine(entries, min, max, options));
  return sequence(text('{'), body, syntax.space, text('}'));
}

function namesOf(
  { names }: ObjectConstraint,
  normalizer: Normalizer,
): { allows: (key: string) => boolean; dfa: Dfa } {
  if (names.length === 0) return { allows: () => true, dfa: everyKey };
  const atoms = normalizer.atoms(names).flatMap((atom) => (atom.type === 'string' ? [atom.constraint] : []));
  const dfas = atoms.map(stringDfa);
  const none: Dfa = { edges: [[]], accept: [false] };
  return {
    allows: (key) => atoms.some((atom) => allowsString(atom, key)),
    dfa: dfas.reduce((all, dfa) => combine(all, dfa, 'or'), none),
  };
}

/** The keys that no layer names, by which patterns they match. */
function otherKeys(
  constraint: ObjectConstraint,
  named: ReadonlySet<string>,
  allowed: Dfa,
): { key: Node; value: Conditions }[] {
  const { layers, pointer } = constraint;
  const patterns = [...new Set(layers.flatMap((layer) => layer.patterns.map(({ node }) => node)))];
  if (patterns.length > mostPatterns)
    throw unsupportedKeyword(
      'patternProperties',
      pointer,
      `more than ${mostPatterns} patterns of one object`,
    );
  let regions: { dfa: Dfa; matched: Node[] }[] = [{ dfa: allowed, matched: [] }];
  if (named.size > 0) regions[0]!.dfa = combine(allowed, dfaOfTexts(named), 'minus');
  for (const pattern of patterns) {
    const dfa = dfaOfPattern(pattern);
    regions = regions
      .flatMap((region) => [
        { dfa: combine(region.dfa, dfa, 'minus'), matched: region.matched },
        { dfa: combine(region.dfa, dfa, 'and'), matched: [...region.matched, pattern] },
      ])
      .filter((region) => !isEmpty(region.dfa));
  }
  return regions
    .filter((region) => !isEmpty(region.dfa))
    .map(({ dfa, matched }) => ({
      key: dfa === everyKey ? anyString() : quoted(nodeOfDfa(dfa, stringCharacters)),
      value: layers.flatMap((layer) => {
        const found = layer.patterns.filter(({ node }) => matched.includes(node));
        return found.length > 0 ? found.flatMap(({ value }) => value) : layer.additional;
      }),
    }));
}

/** State: for each entry whether it was used (in the declared order: how many are past), and the count of members. */
function objectMachine(
  entries: readonly Entry[],
  min: number,
  max: number,
  { syntax, anyOrder }: ObjectOptions,
): Machine {
  const members = entries.map(({ key, value }) => sequence(key, syntax.colon, value));
  const first = members.map((node) => sequence(syntax.space, node));
  const later = members.map((node) => sequence(syntax.comma, node));
  const bits = entries.map((_, at) => 1n << BigInt(at));
  let alive = entries.map(() => true);
  const mayFollow = (at: number, used: bigint): boolean => {
    if (!alive[at]) return false;
    if (!entries[at]!.single) return true;
    if (anyOrder) return (used & bits[at]!) === 0n;
    return used >> BigInt(at) === 0n;
  };
  // In the declared order only named properties move on; the bits of the other keys come after theirs.
  const singles = entries.filter(({ single }) => single).length;
  const named = (1n << BigInt(singles)) - 1n;
  const follows = (at: number, used: bigint): boolean => mayFollow(at, used & named);
  const requiredAt = entries.flatMap(({ required }, at) => (required ? [at] : []));
  const missing = (used: bigint): number[] => requiredAt.filter((at) => (used & bits[at]!) === 0n);
  const limited = min > 0 || max < Number.POSITIVE_INFINITY;
  const canFinish = (used: bigint, count: number): boolean => {
    const needed = missing(used);
    if (!needed.every((at) => follows(at, used)) || count + needed.length > max) return false;
    if (!limited || bitCount(used) >= min) return true;
    let available = bitCount(used);
    for (let at = 0; at < entries.length; at++)
      if ((used & bits[at]!) === 0n && follows(at, used)) available++;
    return available >= min && count + (min - bitCount(used)) <= max;
  };
  const counted = max < Number.POSITIVE_INFINITY;
  const read = (state: string | number): [used: bigint, count: number] => {
    const [used, count] = (state as string).split(':');
    return [BigInt(`0x${used}`), Number(count)];
  };
  return {
    items: first,
    start: '0:0',
    prune: (given) => {
      alive = [...given];
      return canFinish(0n, 0);
    },
    length: (state, of) => {
      const [used, count] = read(state);
      const chosen = missing(used);
      const more = min - bitCount(used) - chosen.length;
      if (more > 0) {
        const others = entries.flatMap((_, at) =>
          (used & bits[at]!) === 0n && !chosen.includes(at) && follows(at, used) ? [at] : [],
        );
        others.sort((one, other) => of(later[one]!) - of(later[other]!));
        chosen.push(...others.slice(0, more));
        chosen.sort((one, other) => one - other);
      }
      return chosen.reduce((sum, at, index) => sum + of((count + index === 0 ? first : later)[at]!), 0);
    },
    step: (state) => {
      const [used, count] = read(state);
      const edges: [Node, string][] = [];
      if (count < max)
        entries.forEach((_, at) => {
          if (!follows(at, used)) return;
          const next = used | bits[at]!;
          if (canFinish(next, counted ? count + 1 : 1))
            edges.push([
              (count === 0 ? first : later)[at]!,
              `${next.toString(16)}:${counted ? count + 1 : 1}`,
            ]);
        });
      return { accept: missing(used).length === 0 && bitCount(used) >= min, edges };
    },
  };
}
