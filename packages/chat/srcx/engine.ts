import { Environment, Interpreter } from '@huggingface/jinja';

/** A value of the engine: `type` says which, `value` is its content. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
  readonly builtins: ReadonlyMap<string, Value>;
  __bool__(): { readonly value: boolean };
}

export type Callable = (values: Value[], scope: Environment) => Value;

/** A node of the engine's syntax tree, with the fields that are read here. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly args?: readonly Node[];
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly computed?: boolean;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
  readonly key?: Node;
  readonly name?: Node;
  readonly test?: Node;
  readonly operand?: Node;
  readonly negate?: boolean;
  readonly lhs?: Node;
  readonly loopvar?: Node;
  readonly iterable?: Node;
  readonly body?: readonly Node[];
  readonly defaultBlock?: readonly Node[];
}

/** The methods of the engine's interpreter that are called or overridden, all of which its types call private. */
interface Engine {
  run(program: Node): Value;
  evaluate(node: Node | undefined, scope: Environment): Value;
  evaluateArguments(nodes: readonly Node[], scope: Environment): [values: Value[], named: Map<string, Value>];
  evaluateBinaryExpression(node: Node, scope: Environment): Value;
  evaluateBlock(nodes: readonly Node[], scope: Environment): Value;
  evaluateCallExpression(node: Node, scope: Environment): Value;
  evaluateFor(node: Node, scope: Environment): Value;
  evaluateIdentifier(node: Node, scope: Environment): Value;
  evaluateMacro(node: Node, scope: Environment): Value;
  evaluateMemberExpression(node: Node, scope: Environment): Value;
  evaluateTestExpression(node: Node, scope: Environment): Value;
  applyFilter(value: Value, filter: Node, scope: Environment): Value | undefined;
}

export const EngineInterpreter = Interpreter as unknown as new (scope: Environment) => Engine;

/** Makes a value of the engine out of plain data. */
export const toValue = (data: unknown): Value => new Environment().set('', data) as Value;

type ValueClass = new (content: unknown) => Value;
const classOf = (data: unknown): ValueClass => toValue(data).constructor as ValueClass;
const [ListValue, DictValue, FunctionValue] = [[], {}, () => 0].map(classOf) as [
  ValueClass,
  ValueClass,
  ValueClass,
];

export const toList = (items: readonly Value[]): Value => new ListValue(items);
export const toDict = (entries: Iterable<readonly [string, Value]>): Value => new DictValue(new Map(entries));
export const toFunction = (call: Callable): Value => new FunctionValue(call);
export const UNDEFINED = toValue(undefined);

export const isValue = (data: unknown): data is Value =>
  typeof data === 'object' && data !== null && '__bool__' in data;
export const isTrue = (value: Value | undefined): boolean => value?.__bool__().value === true;
export const isUndefined = (value: Value): boolean => value.type === 'UndefinedValue';
export const isNull = (value: Value): boolean => value.type === 'NullValue';
export const isText = (value: Value | undefined): value is Value & { readonly value: string } =>
  typeof value?.value === 'string';
export const isList = (value: Value): value is Value & { readonly value: readonly Value[] } =>
  Array.isArray(value.value);
/** Whether a value is a dict or a namespace. */
export const isDict = (value: Value): value is Value & { readonly value: ReadonlyMap<string, Value> } =>
  value.value instanceof Map;

/** What a loop runs over. */
export function entriesOf(value: Value): readonly Value[] {
  if (isList(value)) return value.value;
  if (isDict(value)) return [...value.value.keys()].map(toValue);
  if (isText(value)) return Array.from(value.value, toValue);
  if (isUndefined(value)) return [];
  throw new TypeError(`'${value.type}' is not iterable`);
}
