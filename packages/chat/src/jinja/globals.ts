import { bind } from './bind.ts';
import type { Budget } from './budget.ts';
import { checkMemberName } from './interpreter.ts';
import {
  Callable,
  Dict,
  fail,
  Namespace,
  Sequence,
  TemplateRuntimeError,
  toInteger,
  toKey,
  type Value,
} from './values.ts';
import { toText } from './write.ts';

/** Most numbers that `range` may give; Jinja's own sandbox has the same limit. */
const LONGEST_RANGE = 100_000;

/** The template itself refused a conversation, by `raise_exception`. */
export class TemplateRejection extends TemplateRuntimeError {}

/** The functions that every chat template can call, as in transformers. */
export function createGlobals(budget: Budget, strftimeNow: (format: string) => string): Map<string, Value> {
  const functions: Record<string, Callable['call']> = {
    range: (args) => range(args, budget),
    dict: (args, keyword) => new Dict(entriesOf('dict', args, keyword, budget)),
    namespace: (args, keyword) => {
      const namespace = new Namespace();
      for (const [key, value] of entriesOf('namespace', args, keyword, budget)) {
        checkMemberName(String(key));
        namespace.members.set(String(key), value);
      }
      return namespace;
    },
    raise_exception: (args, keyword) => {
      const [message] = bind('raise_exception', ['message'], args, keyword);
      throw new TemplateRejection(message === undefined ? 'no reason given' : toText(message, budget));
    },
    strftime_now: (args, keyword) => {
      const [format] = bind('strftime_now', ['format'], args, keyword);
      return typeof format === 'string' ? strftimeNow(format) : fail('strftime_now needs a format');
    },
    joiner: (args, keyword) => {
      const [separator = ', '] = bind('joiner', ['sep'], args, keyword);
      let used = false;
      return new Callable('joiner', () => {
        const result = used ? separator : '';
        used = true;
        return result;
      });
    },
    cycler: (items) => {
      if (items.length === 0) fail('at least one item has to be provided');
      const members = new Map<string, Value>();
      let index = 0;
      const show = () => members.set('current', items[index]!);
      const step = (change: () => number) => () => {
        const before = items[index]!;
        index = change() % items.length;
        show();
        return before;
      };
      members.set(
        'next',
        new Callable(
          'next',
          step(() => index + 1),
        ),
      );
      members.set(
        'reset',
        new Callable('reset', () => {
          step(() => 0)();
          return null;
        }),
      );
      show();
      return new Callable('cycler', () => fail("'Cycler' object is not callable"), members);
    },
  };
  return new Map(Object.entries(functions).map(([name, call]) => [name, new Callable(name, call)]));
}

/** What `dict(…)` makes a dict of: another one or pairs, and names with values. */
function entriesOf(name: string, args: Value[], keyword: Map<string, Value>, budget: Budget): Dict {
  const [source] = bind(name, ['source'], args, new Map());
  const dict = new Dict();
  if (source instanceof Dict) for (const [key, value] of source) dict.set(key, value);
  else if (source !== undefined)
    for (const pair of budget.iterate(source)) {
      const [key, value, ...more] = budget.iterate(pair);
      if (key === undefined || value === undefined || more.length > 0)
        return fail('dictionary update sequence element has not 2 entries');
      dict.set(toKey(key), value);
    }
  for (const [key, value] of keyword) dict.set(key, value);
  return dict;
}

function range(args: Value[], budget: Budget): Sequence {
  if (args.length < 1 || args.length > 3) fail(`range expected 1 to 3 arguments, got ${args.length}`);
  const [first, second, step = 1] = args.map(toInteger) as [number, number?, number?];
  const start = second === undefined ? 0 : first;
  const stop = second ?? first;
  if (step === 0) fail('range() arg 3 must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > LONGEST_RANGE) fail(`range would return ${length} numbers, more than ${LONGEST_RANGE}`);
  budget.list(length);
  const items = Array.from({ length }, (_, index) => start + index * step);
  return new Sequence('range', items, `range(${start}, ${stop}${step === 1 ? '' : `, ${step}`})`);
}
