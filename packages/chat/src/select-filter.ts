import { Environment, type Interpreter } from '@huggingface/jinja';

type Statement = NonNullable<Parameters<Interpreter['evaluate']>[0]>;
type Value = ReturnType<Interpreter['evaluate']>;

/** A filter as the parser writes it: a name, or a call with arguments. */
export interface FilterNode {
  readonly type: string;
  readonly value?: unknown;
  readonly callee?: { readonly value?: unknown };
  readonly args?: readonly (Statement & { readonly value?: unknown })[];
}

export const filterName = (filter: FilterNode): unknown => filter.callee?.value ?? filter.value;

/**
 * Jinja's filters `select` and `reject`, which the engine lacks and Llama 3.1's template uses: the entries of a list
 * for which a test holds, or does not. Without a test, an entry's own truth counts.
 *
 * @returns `undefined` when `operand` is not a list or there is no such test
 */
export function selectFilter(
  interpreter: Interpreter,
  operand: Value,
  filter: FilterNode,
  environment: Environment,
): Value | undefined {
  const items: unknown = operand.value;
  if (!Array.isArray(items)) return undefined;
  const [testName, ...rest] = (filter.args ?? []).map((node) => interpreter.evaluate(node, environment));
  const test = testName && environment.tests.get(String(testName.value));
  if (testName && !test) return undefined;
  const wanted = filterName(filter) === 'select';
  const kept = (items as Value[]).filter(
    (item) => (test ? test(item, ...rest) : item.__bool__().value) === wanted,
  );
  // The engine does not export its classes of values: a list is made by evaluating a list of variables.
  const scope = new Environment();
  for (const [index, item] of kept.entries()) scope.setVariable(String(index), item);
  const nodes = kept.map((_, index) => ({ type: 'Identifier', value: String(index) }));
  return interpreter.evaluate({ type: 'ArrayLiteral', value: nodes } as unknown as Statement, scope);
}
