import type { Environment } from '@huggingface/jinja';
import {
  entriesOf,
  isDict,
  isList,
  isText,
  isTrue,
  isUndefined,
  toList,
  UNDEFINED,
  type Value,
} from './engine.ts';
import type { ChatInterpreter } from './interpreter.ts';
import { METHODS, numberOf } from './methods.ts';
import { toJson, toText } from './python-text.ts';

interface FilterCall {
  readonly interpreter: ChatInterpreter;
  readonly scope: Environment;
  /** Arguments without names. */
  readonly values: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** An argument by its place and name. */
  get(index: number, name: string): Value | undefined;
}

type Filter = (value: Value, call: FilterCall) => unknown;

/** What a path such as `function.name` or `0` leads to. */
function follow(value: Value, path: Value): Value {
  let at: Value | undefined = value;
  for (const key of toText(path).split('.'))
    at = at && (isDict(at) ? at.value.get(key) : isList(at) ? at.value[Number(key)] : undefined);
  return at ?? UNDEFINED;
}

/** `select`, `reject` and their forms for attributes: entries for which a test holds, or truth. */
const choose =
  (wanted: boolean, byAttribute: boolean): Filter =>
  (value, { interpreter, scope, values }) => {
    const [test, ...more] = byAttribute ? values.slice(1) : values;
    const items = isTrue(value) ? entriesOf(value) : [];
    return toList(
      items.filter((item) => {
        const tested = byAttribute ? follow(item, values[0]!) : item;
        const holds = test ? interpreter.test(toText(test), tested, more, scope) : isTrue(tested);
        return holds === wanted;
      }),
    );
  };

/** A filter that works on the text of anything, like a method of it. */
const onText =
  (name: string): Filter =>
  (value, { values, interpreter }) =>
    METHODS[name]!(toText(value), values, interpreter.budget);

/** Filters that the engine lacks, has in part only, or that can take much. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  select: choose(true, false),
  reject: choose(false, false),
  selectattr: choose(true, true),
  rejectattr: choose(false, true),
  map: (value, { interpreter, scope, values: [name = UNDEFINED, ...rest], named }) => {
    const path = named.get('attribute');
    const items = isTrue(value) ? entriesOf(value) : [];
    return toList(
      items.map((item) => {
        if (!path) return interpreter.filter(toText(name), item, rest, named, scope);
        const found = follow(item, path);
        return isUndefined(found) ? (named.get('default') ?? found) : found;
      }),
    );
  },
  list: (value) => toList(entriesOf(value)),
  first: (value) => entriesOf(value)[0],
  last: (value) => entriesOf(value).at(-1),
  length: (value) => (isText(value) ? value.value : entriesOf(value)).length,
  join: (value, { get, interpreter }) =>
    METHODS.join!(toText(get(0, 'd') ?? UNDEFINED), [value], interpreter.budget),
  // A list stays JSON, as the engine has it.
  string: (value) => (isList(value) ? String(value) : toText(value)),
  upper: (value) => toText(value).toUpperCase(),
  lower: (value) => toText(value).toLowerCase(),
  trim: onText('strip'),
  replace: onText('replace'),
  capitalize: onText('capitalize'),
  indent: (value, { get, interpreter }) => {
    const width = get(0, 'width');
    const size = isText(width) ? width.value.length : numberOf(width, 4);
    const lines = toText(value).split('\n');
    interpreter.budget.checkSize(lines.length * size);
    const space = isText(width) ? width.value : ' '.repeat(size);
    const [first, blank] = [isTrue(get(1, 'first')), isTrue(get(2, 'blank'))];
    return lines
      .map((line, index) => ((index > 0 ? blank || line !== '' : first) ? space + line : line))
      .join('\n');
  },
  tojson: (value, { get, interpreter }) => {
    const indent = numberOf(get(1, 'indent'), -1);
    const separators = get(2, 'separators');
    const style = {
      indent,
      isAscii: isTrue(get(0, 'ensure_ascii')),
      isSorted: isTrue(get(3, 'sort_keys')),
      separators:
        separators && isList(separators)
          ? separators.value.map((part) => toText(part))
          : [indent < 0 ? ', ' : ',', ': '],
    };
    return toJson(value, style, interpreter.budget);
  },
};
