import type { Environment } from '@huggingface/jinja';
import {
  entriesOf,
  isDict,
  isList,
  isText,
  isTrue,
  isUndefined,
  type Node,
  toList,
  UNDEFINED,
  type Value,
} from './engine.ts';
import type { ChatInterpreter } from './interpreter.ts';
import { METHODS, numberOf } from './methods.ts';
import { toJson, toText } from './python-text.ts';

/** An argument by its place and name. */
type Get = (index: number, name?: string) => Value | undefined;
type Filter = (
  value: Value,
  get: Get,
  interpreter: ChatInterpreter,
  scope: Environment,
  nodes: readonly Node[],
) => unknown;

const NO_PLACE = -1;

/** What a path such as `function.name` or `0` leads to. */
function follow(value: Value, path: Value): Value {
  let at: Value | undefined = value;
  for (const key of toText(path).split('.'))
    at = at && (isDict(at) ? at.value.get(key) : isList(at) ? at.value[Number(key)] : undefined);
  return at ?? UNDEFINED;
}

const itemsOf = (value: Value): readonly Value[] => (isTrue(value) ? entriesOf(value) : []);

/** `select`, `reject` and their forms for attributes: entries for which a test holds, or truth. */
const choose =
  (wanted: boolean, place: 0 | 1): Filter =>
  (value, get, interpreter, scope) => {
    const test = get(place);
    const chosen = itemsOf(value).filter((item) => {
      const tested = place === 1 ? follow(item, get(0) ?? UNDEFINED) : item;
      const holds = test
        ? interpreter.test(toText(test), tested, get(place + 1) ?? UNDEFINED, scope)
        : isTrue(tested);
      return holds === wanted;
    });
    return toList(chosen);
  };

/** A filter that works on the text of anything, like a method of it. */
const onText =
  (name: string): Filter =>
  (value, get, { budget }) =>
    METHODS.get(name)!(toText(value), [get(0), get(1), get(2)], budget);

const orElse: Filter = (value, get) =>
  isUndefined(value) || (isTrue(get(1, 'boolean')) && !isTrue(value))
    ? (get(0, 'default_value') ?? '')
    : value;

/** Filters that the engine lacks, has in part only, or that can take much. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(
  Object.entries<Filter>({
    select: choose(true, 0),
    reject: choose(false, 0),
    selectattr: choose(true, 1),
    rejectattr: choose(false, 1),
    map: (value, get, interpreter, scope, [name, ...args]) => {
      const path = get(NO_PLACE, 'attribute');
      const change = (item: Value): Value => {
        if (!path)
          return interpreter.applyFilter(item, { type: 'CallExpression', callee: name!, args }, scope);
        const found = follow(item, path);
        return isUndefined(found) ? (get(NO_PLACE, 'default') ?? found) : found;
      };
      return toList(itemsOf(value).map(change));
    },
    default: orElse,
    d: orElse,
    list: (value) => toList(entriesOf(value)),
    first: (value) => entriesOf(value)[0],
    last: (value) => entriesOf(value).at(-1),
    length: (value) => (isText(value) ? value.value : entriesOf(value)).length,
    join: (value, get, { budget }) => METHODS.get('join')!(toText(get(0, 'd') ?? UNDEFINED), [value], budget),
    // A list stays JSON, as the engine has it.
    string: (value) => (isList(value) ? String(value) : toText(value)),
    upper: (value) => toText(value).toUpperCase(),
    lower: (value) => toText(value).toLowerCase(),
    trim: onText('strip'),
    replace: onText('replace'),
    indent: (value, get, { budget }) => {
      const width = get(0, 'width');
      const lines = toText(value).split('\n');
      const size = isText(width) ? width.value.length : numberOf(width, 4);
      budget.checkSize(lines.length * size);
      const space = isText(width) ? width.value : ' '.repeat(size);
      const isIndented = (line: string, index: number): boolean =>
        index > 0 ? line !== '' || isTrue(get(2, 'blank')) : isTrue(get(1, 'first'));
      return lines.map((line, index) => (isIndented(line, index) ? space : '') + line).join('\n');
    },
    tojson: (value, get, { budget }) => {
      const indent = numberOf(get(1, 'indent'), -1);
      const separators = get(2, 'separators');
      return toJson(
        value,
        indent,
        isTrue(get(0, 'ensure_ascii')),
        isTrue(get(3, 'sort_keys')),
        separators && isList(separators) ? separators.value.map(String) : [indent < 0 ? ', ' : ',', ': '],
        budget,
      );
    },
  }),
);
