import { type Interpreter, Scope } from './interpreter.ts';
import type { MacroNode } from './nodes.ts';
import { Callable, Dict, fail, orElse, tuple, Undefined, type Value } from './values.ts';

/** A function of a template: a macro, or the body of a call block. After `Macro` in Jinja 3.1's `runtime.py`. */
export function createMacro(interpreter: Interpreter, node: MacroNode, scope: Scope): Callable {
  const { name, parameters, body, special } = node;
  const label = name === null ? 'None' : `'${name}'`;
  const catchesCaller = special.has('caller') && !parameters.some(([parameter]) => parameter === 'caller');

  const call = (positional: Value[], keyword: Map<string, Value>): Value => {
    const inner = new Scope(scope);
    const rest = new Map(keyword);
    const missing: (typeof parameters)[number][] = [];
    for (const [index, parameter] of parameters.entries()) {
      const [key] = parameter;
      let value = positional[index];
      if (value === undefined && rest.has(key)) {
        value = rest.get(key);
        rest.delete(key);
      }
      if (value === undefined) missing.push(parameter);
      inner.variables.set(
        key,
        value === undefined ? new Undefined(`parameter '${key}' was not provided`) : value,
      );
    }
    if (catchesCaller) {
      inner.variables.set(
        'caller',
        orElse(rest.get('caller'), () => new Undefined('No caller defined')),
      );
      rest.delete('caller');
    }
    if (special.has('kwargs')) inner.variables.set('kwargs', new Dict(rest));
    else for (const key of rest.keys()) fail(`macro ${label} takes no keyword argument '${key}'`);
    if (special.has('varargs')) inner.variables.set('varargs', tuple(positional.slice(parameters.length)));
    else if (positional.length > parameters.length)
      fail(`macro ${label} takes not more than ${parameters.length} argument(s)`);
    for (const [key, standard] of missing)
      if (standard) inner.variables.set(key, interpreter.evaluate(standard, inner));
    return interpreter.capture(body, inner);
  };
  const members: [string, Value][] = [
    ['name', name],
    ['arguments', tuple(parameters.map(([parameter]) => parameter))],
    ['catch_kwargs', special.has('kwargs')],
    ['catch_varargs', special.has('varargs')],
    ['caller', special.has('caller')],
  ];
  return new Callable(name ?? 'anonymous', call, new Map(members));
}
