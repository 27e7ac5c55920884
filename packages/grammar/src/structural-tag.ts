import { InvalidArgumentError } from '@llamella/spec';
import { allCodePoints, negate } from './code-points.ts';
import { combine, type Dfa, explore, nodeOfDfa } from './dfa.ts';
import {
  chars,
  choice,
  empty,
  type Node,
  type Rule,
  reference,
  repeat,
  sequence,
  text,
} from './grammar-node.ts';

/** Text between two marks, such as a tool call. */
export interface TagFormat {
  /** Says that this is a tag. */
  readonly type: 'tag';
  /** The mark that opens it. */
  readonly begin: string;
  /** What stands between the marks. */
  readonly content: StructuralFormat;
  /** The mark that closes it; empty where the content's own end suffices. */
  readonly end: string;
}

/** Free text, in which the mark of the tag around it does not occur. */
export interface AnyTextFormat {
  /** Says that this is free text. */
  readonly type: 'any_text';
}

/** One text. */
export interface ConstStringFormat {
  /** Says that this is a fixed text. */
  readonly type: 'const_string';
  /** The text. */
  readonly value: string;
}

/** JSON that is valid under a schema. */
export interface JsonSchemaFormat {
  /** Says that this is JSON. */
  readonly type: 'json_schema';
  /** The schema, as for `compileJsonSchema`. */
  readonly json_schema: unknown;
}

/** What a regular expression matches. */
export interface RegexFormat {
  /** Says that this is an expression. */
  readonly type: 'regex';
  /** The expression, as for `compileRegex`. */
  readonly pattern: string;
}

/** The texts of a grammar. */
export interface GrammarFormat {
  /** Says that this is a grammar. */
  readonly type: 'grammar';
  /** The grammar in `ebnf`, its first rule `root`. */
  readonly grammar: string;
}

/** Several parts, all of them in turn or one of them. */
export interface ElementsFormat {
  /** `sequence`: one after the other; `or`: one of them. */
  readonly type: 'sequence' | 'or';
  /** The parts. */
  readonly elements: readonly StructuralFormat[];
}

/** Tags, and how many of them. */
interface TagsFormat {
  /** The tags that may stand here. */
  readonly tags: readonly TagFormat[];
  /** Whether there has to be one. Default `false`. */
  readonly at_least_one?: boolean;
  /** Whether the text ends after one. Default `false`. */
  readonly stop_after_first?: boolean;
}

/** Free text in which tags follow their triggers. */
export interface TriggeredTagsFormat extends TagsFormat {
  /** Says that these are triggered tags. */
  readonly type: 'triggered_tags';
  /** Texts with which tags begin, and which occur nowhere else. */
  readonly triggers: readonly string[];
}

/** Tags with the same text between them. */
export interface SeparatedTagsFormat extends TagsFormat {
  /** Says that these are tags with a separator. */
  readonly type: 'tags_with_separator';
  /** The text between two tags. */
  readonly separator: string;
}

/** A part of a structural tag, in the format of XGrammar. */
export type StructuralFormat =
  | AnyTextFormat
  | ConstStringFormat
  | JsonSchemaFormat
  | RegexFormat
  | GrammarFormat
  | ElementsFormat
  | TagFormat
  | TriggeredTagsFormat
  | SeparatedTagsFormat;

/** Text with marked parts: free text, tool calls that follow a schema, and so on. */
export interface StructuralTag {
  /** May say that this is a structural tag. */
  readonly type?: 'structural_tag';
  /** The whole text. */
  readonly format: StructuralFormat;
}

/** How the leaves of a structural tag become grammars. */
export interface LeafParsers {
  readonly schema: (schema: unknown) => Node;
  readonly regex: (pattern: string) => Node;
  readonly grammar: (text: string) => Node;
}

const everything: Dfa = (() => {
  const edges: number[] = [];
  for (let at = 0; at < allCodePoints.length; at += 2)
    edges.push(allCodePoints[at]!, allCodePoints[at + 1]!, 0);
  return { edges: [edges], accept: [true] };
})();

/** @throws {InvalidArgumentError} naming the place, such as `format.tags[0].begin` */
export function structuralNode(tag: unknown, parsers: LeafParsers): Node {
  const outer = tag as { type?: unknown; format?: unknown } | null;
  const wrapped = typeof outer === 'object' && outer !== null && 'format' in outer;
  return formatNode(
    (wrapped ? outer.format : tag) as StructuralFormat,
    wrapped ? 'format' : 'tag',
    [],
    parsers,
  );
}

const fault = (path: string, problem: string): Error => new InvalidArgumentError('tag', `${path} ${problem}`);

function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw fault(path, 'must be a string that is not empty');
  return value;
}

function listAt<T>(value: readonly T[], path: string): readonly T[] {
  if (!Array.isArray(value) || value.length === 0) throw fault(path, 'must be an array that is not empty');
  return value;
}

/** @param stops texts that free text must not hold, because they end it */
function formatNode(
  format: StructuralFormat,
  path: string,
  stops: readonly string[],
  parsers: LeafParsers,
): Node {
  if (typeof format !== 'object' || format === null) throw fault(path, 'must be an object with a type');
  const inner = (part: StructuralFormat, at: string, ends: readonly string[]): Node =>
    formatNode(part, `${path}.${at}`, ends, parsers);
  switch (format.type) {
    case 'any_text':
      return stops.length === 0 ? repeat(chars(allCodePoints), 0) : nodeOfDfa(without(stops));
    case 'const_string':
      return text(textAt(format.value, `${path}.value`));
    case 'json_schema':
      return parsers.schema(format.json_schema);
    case 'regex':
      return parsers.regex(textAt(format.pattern, `${path}.pattern`));
    case 'grammar':
      return parsers.grammar(textAt(format.grammar, `${path}.grammar`));
    case 'or':
      return choice(
        listAt(format.elements, `${path}.elements`).map((part, at) => inner(part, `elements[${at}]`, stops)),
      );
    case 'sequence': {
      const elements = listAt(format.elements, `${path}.elements`);
      return sequence(
        ...elements.map((part, at) =>
          inner(part, `elements[${at}]`, startsOf(elements.slice(at + 1)) ?? stops),
        ),
      );
    }
    case 'tag':
      return tagNode(format, path, parsers);
    case 'tags_with_separator': {
      const tags = choice(
        listAt(format.tags, `${path}.tags`).map((part, at) => tagNode(part, `${path}.tags[${at}]`, parsers)),
      );
      const more = repeat(sequence(text(format.separator ?? ''), tags), 0);
      const list = format.stop_after_first ? tags : sequence(tags, more);
      return format.at_least_one ? list : choice([list, empty]);
    }
    case 'triggered_tags':
      return triggeredNode(format, path, stops, parsers);
    default:
      throw fault(`${path}.type`, `is not a known format: ${String((format as { type: unknown }).type)}`);
  }
}

/** The texts with which what follows begins, when they are fixed. */
function startsOf(formats: readonly StructuralFormat[]): readonly string[] | undefined {
  const [next] = formats;
  if (next?.type === 'const_string') return [next.value];
  return next?.type === 'tag' ? [next.begin] : undefined;
}

function tagNode(tag: TagFormat, path: string, parsers: LeafParsers): Node {
  const begin = textAt(tag.begin, `${path}.begin`);
  const end = tag.end === '' ? '' : textAt(tag.end, `${path}.end`);
  return sequence(
    text(begin),
    formatNode(tag.content, `${path}.content`, end === '' ? [] : [end], parsers),
    text(end),
  );
}

function triggeredNode(
  format: StructuralFormat & { type: 'triggered_tags' },
  path: string,
  stops: readonly string[],
  parsers: LeafParsers,
): Node {
  const triggers = listAt(format.triggers, `${path}.triggers`).map((trigger, at) =>
    textAt(trigger, `${path}.triggers[${at}]`),
  );
  triggers.forEach((trigger, at) => {
    if (triggers.some((other, index) => index !== at && trigger.startsWith(other)))
      throw fault(
        `${path}.triggers[${at}]`,
        'begins with another trigger, so that it is not clear which one holds',
      );
  });
  const rests = triggers.map((): Node[] => []);
  const whole: Node[] = [];
  listAt(format.tags, `${path}.tags`).forEach((tag, at) => {
    const place = `${path}.tags[${at}]`;
    const begin = textAt(tag.begin, `${place}.begin`);
    const trigger = triggers.findIndex((start) => begin.startsWith(start));
    if (trigger < 0) throw fault(`${place}.begin`, 'begins with none of the triggers');
    const node = tagNode(tag, place, parsers) as Node & { kind: 'sequence' };
    rests[trigger]!.push(sequence(text(begin.slice(triggers[trigger]!.length)), ...node.items.slice(1)));
    whole.push(node);
  });
  const free = nodeOfDfa(without([...triggers, ...stops]));
  const upTo = triggers.map((trigger, at) =>
    sequence(nodeOfDfa(endingWith(trigger, [...triggers, ...stops])), choice(rests[at]!)),
  );
  const rule: Rule = { name: path, body: empty };
  rule.body = format.stop_after_first
    ? choice([free, ...upTo])
    : choice([free, ...upTo.map((node) => sequence(node, reference(rule)))]);
  if (!format.at_least_one) return reference(rule);
  return format.stop_after_first ? choice(whole) : sequence(choice(whole), reference(rule));
}

/** Texts in which none of `words` occurs. */
const without = (words: readonly string[]): Dfa => combine(everything, searching(words, undefined), 'minus');

/** Texts that end with `word`, in which none of `words` occurs before. */
const endingWith = (word: string, words: readonly string[]): Dfa => searching(words, word);

/** Reads until one of `words` has come, and accepts if it is `wanted`; without that, all texts that hold a word. */
function searching(words: readonly string[], wanted: string | undefined): Dfa {
  const prefixes = new Set(
    words.flatMap((word) => Array.from(word, (_, at) => cut(word, 0, at)).concat(word)),
  );
  const letters = [...new Set(words.join(''))]
    .map((letter) => letter.codePointAt(0)!)
    .sort((left, right) => left - right);
  const others = negate(letters.flatMap((letter) => [letter, letter]));
  const found = (state: string): string | undefined => words.find((word) => state.endsWith(word));
  return explore<string>(
    '',
    (state) => state,
    (state) => {
      const hit = found(state);
      const keep = (first: number, last: number, target: string): [number, number, string] => [
        first,
        last,
        target,
      ];
      if (hit !== undefined)
        return wanted === undefined
          ? [...pairs(allCodePoints)].map(([first, last]) => keep(first, last, state))
          : [];
      const result = [...pairs(others)].map(([first, last]) => keep(first, last, ''));
      for (const letter of letters) {
        let next = state + String.fromCodePoint(letter);
        while (!prefixes.has(next) && found(next) === undefined) next = cut(next, 1);
        result.push(keep(letter, letter, next));
      }
      return result;
    },
    (state) => {
      const hit = found(state);
      return hit !== undefined && (wanted === undefined || hit === wanted);
    },
  );
}

const cut = (value: string, from: number, to?: number): string => Array.from(value).slice(from, to).join('');

function* pairs(points: readonly number[]): Generator<[number, number]> {
  for (let at = 0; at < points.length; at += 2) yield [points[at]!, points[at + 1]!];
}
