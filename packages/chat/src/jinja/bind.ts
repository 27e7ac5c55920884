import { fail, type Value } from './values.ts';

/** Arguments by position, as a function with these parameters receives them. */
export function bind(
  name: string,
  parameters: readonly string[],
  positional: readonly Value[],
  keyword: ReadonlyMap<string, Value>,
): (Value | undefined)[] {
  if (positional.length > parameters.length)
    fail(`${name}() takes at most ${parameters.length} arguments (${positional.length} given)`);
  const bound: (Value | undefined)[] = [...positional];
  for (const [key, value] of keyword) {
    const index = parameters.indexOf(key);
    if (index < 0) fail(`${name}() got an unexpected keyword argument '${key}'`);
    if (bound[index] !== undefined) fail(`${name}() got multiple values for argument '${key}'`);
    bound[index] = value;
  }
  return bound;
}

/** @throws {TemplateRuntimeError} when an argument that must be there is not */
export function required(value: Value | undefined, name: string, parameter: string): Value {
  return value === undefined ? fail(`${name}() missing a required argument: '${parameter}'`) : value;
}
