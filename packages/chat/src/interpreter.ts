import { Environment } from '@huggingface/jinja';
import type { Budget } from './budget.ts';
import {
  type Callable,
  EngineInterpreter,
  entriesOf,
  isDict,
  isList,
  isText,
  isTrue,
  isUndefined,
  isValue,
  type Node,
  toFunction,
  toValue,
  UNDEFINED,
  type Value,
} from './engine.ts';
import { FILTERS } from './filters.ts';
import { METHODS } from './methods.ts';
import { operate } from './operators.ts';
import { toText } from './python-text.ts';
import { TEST_OPERATORS } from './tests.ts';

/** A value in place of a node. */
const GIVEN = 'Given';
/** How deep expressions, blocks and calls go, which keeps off the end of the stack. */
const DEEPEST = 500;
/** Statements, which write nothing. */
const SILENT = ['Set', 'Macro', 'Comment'];

/** `break` or `continue`, with what the loop's body had written before. */
class LoopControl {
  text = '';
  readonly isBreak: boolean;
  constructor(isBreak: boolean) {
    this.isBreak = isBreak;
  }
}

/**
 * The engine's interpreter, mended where it differs from Python's Jinja in what chat templates do, and bounded: what
 * takes time or memory is counted, before it is done where that can be much.
 */
export class ChatInterpreter extends EngineInterpreter {
  readonly budget: Budget;
  readonly #sourceLength: number;
  #depth = 0;

  /** @param sourceLength length of the template */
  constructor(scope: Environment, budget: Budget, sourceLength: number) {
    super(scope);
    this.budget = budget;
    this.#sourceLength = sourceLength;
  }

  override evaluate(node: Node | undefined, scope: Environment): Value {
    const type = node?.type ?? '';
    if (type === GIVEN) return node!.value as Value;
    if (type === 'Break' || type === 'Continue') throw new LoopControl(type === 'Break');
    // To make a macro, the engine goes through all that is in it.
    if (type === 'Macro' || type === 'CallStatement') this.budget.spend(this.#sourceLength / 16);
    if (++this.#depth > DEEPEST) throw new RangeError();
    const value = super.evaluate(type === 'TupleLiteral' ? { ...node, type: 'ArrayLiteral' } : node, scope);
    this.#depth--;
    this.budget.measure(value);
    const size = isText(value) || isList(value) ? value.value.length : isDict(value) ? value.value.size : 0;
    // A call costs more, and makes lists anew, as most filters do; names and members only show them.
    const isMade = !isText(value) && /^(Call|Filter)Exp/.test(type);
    this.budget.spend(
      (type[0] === 'C' ? 8 : 1) + size / (isMade ? 1 : isList(value) && !/^(Id|Me)/.test(type) ? 8 : 256),
    );
    return value;
  }

  override evaluateBlock(nodes: readonly Node[], scope: Environment): Value {
    let text = '';
    for (const node of nodes) {
      try {
        const value = this.evaluate(node, scope);
        if (!SILENT.includes(node.type)) text += toText(value);
      } catch (error) {
        if (error instanceof LoopControl) error.text = text + error.text;
        throw error;
      }
      this.budget.checkSize(text.length);
    }
    return toValue(text);
  }

  override evaluateIdentifier({ value: name }: Node, scope: Environment): Value {
    // Every scope of the engine has a `namespace` of its own.
    for (let at: Environment | undefined = scope; at; at = at.parent) {
      const value = name === 'namespace' && at.parent ? undefined : at.variables.get(String(name));
      if (value) return value as Value;
    }
    return UNDEFINED;
  }

  override evaluateBinaryExpression(node: Node, scope: Environment): Value {
    const left = this.evaluate(node.left, scope);
    const operator = node.operator!.value;
    if (operator === 'and' || operator === 'or')
      return isTrue(left) === (operator === 'and') ? this.evaluate(node.right, scope) : left;
    const right = this.evaluate(node.right, scope);
    return (
      operate(operator, left, right, this.budget) ??
      super.evaluateBinaryExpression({ ...node, left: toNode(left), right: toNode(right) }, scope)
    );
  }

  override evaluateFor({ loopvar, iterable, body = [], defaultBlock = [] }: Node, scope: Environment): Value {
    const { lhs = iterable, test } = iterable?.type === 'SelectExpression' ? iterable : ({} as Node);
    const scopeOf = (item: Value): Environment => {
      const inner = new Environment(scope);
      assign(inner, loopvar!, item);
      return inner;
    };
    const all = entriesOf(this.evaluate(lhs, scope));
    this.budget.spend(8 * all.length);
    const items = test ? all.filter((item) => isTrue(this.evaluate(test, scopeOf(item)))) : all;
    const { length } = items;
    let text = '';
    let isEmpty = true;
    const depth = this.#depth;
    for (const [index, item] of items.entries()) {
      const inner = scopeOf(item);
      const loop = inner.set('loop', {
        index: index + 1,
        index0: index,
        revindex: length - index,
        revindex0: length - index - 1,
        first: index === 0,
        last: index === length - 1,
        length,
      }).value as Map<string, Value>;
      loop.set('previtem', items[index - 1] ?? UNDEFINED);
      loop.set('nextitem', items[index + 1] ?? UNDEFINED);
      try {
        text += this.evaluateBlock(body, inner).value;
        isEmpty = false;
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        this.#depth = depth;
        text += error.text;
        if (error.isBreak) break;
      }
      this.budget.checkSize(text.length);
    }
    return toValue(isEmpty ? text + this.evaluateBlock(defaultBlock, scope).value : text);
  }

  override evaluateMemberExpression(node: Node, scope: Environment): Value {
    const { object: target, property, computed } = node;
    const object = this.evaluate(target, scope);
    if (property!.type === 'SliceExpression') {
      this.budget.spend(this.budget.measure(object) / 16);
      return super.evaluateMemberExpression({ ...node, object: toNode(object) }, scope);
    }
    const key = computed ? this.evaluate(property, scope) : toValue(property!.value);
    if (isUndefined(object)) throw new TypeError(`${toText(key)} of what is undefined`);
    const method = isText(key) && key.value !== 'length' ? this.#method(object, key.value) : undefined;
    const item = itemOf(object, key);
    return (computed ? (item ?? method) : (method ?? item)) ?? UNDEFINED;
  }

  #method(object: Value, name: string): Value | undefined {
    const method = object.builtins.get(name);
    const own = METHODS.get(name);
    if (!isText(object) || !(own || method)) return method;
    return toFunction((values, scope) => {
      const { value: text } = object;
      for (const value of values) if (isText(value)) this.budget.spendSearch(text, value.value);
      this.budget.spend(text.length / 64);
      return own ? toValue(own(text, values, this.budget)) : (method!.value as Callable)(values, scope);
    });
  }

  override applyFilter(value: Value, node: Node, scope: Environment): Value {
    const { args = [] } = node;
    const name = String((node.callee ?? node).value);
    const callee = { type: 'Identifier', value: name };
    if (!/^(length|first|last|default)$/.test(name))
      this.budget.spend(
        isList(value)
          ? value.value.length * (name === 'sort' ? 4 : 1)
          : this.budget.measure(value) / (isDict(value) ? 8 : 64),
      );
    const filter = FILTERS.get(name);
    if (!filter)
      return super.applyFilter(value, args.length > 0 ? { ...node, callee } : callee, scope) ?? UNDEFINED;
    const [values, named] = this.evaluateArguments(args, scope);
    const get = (index: number, key = '') => values[index] ?? named.get(key);
    const result = filter(value, get, this, scope, args);
    return isValue(result) ? result : toValue(result);
  }

  override evaluateArguments(nodes: readonly Node[], scope: Environment): [Value[], Map<string, Value>] {
    const given = super.evaluateArguments(nodes, scope);
    this.budget.spend(given[0].length);
    return given;
  }

  override evaluateTestExpression({ test, operand, negate }: Node, scope: Environment): Value {
    return toValue(
      this.test(String(test!.value), this.evaluate(operand, scope), UNDEFINED, scope) !== negate,
    );
  }

  /** Whether a test such as `odd` holds. */
  test(name: string, value: Value, other: Value, scope: Environment): boolean {
    const holds = operate(TEST_OPERATORS.get(name) ?? name, value, other, this.budget);
    if (holds) return isTrue(holds);
    if (name === 'iterable' && (isDict(value) || isUndefined(value))) return true;
    const test = scope.tests.get(name);
    if (!test) throw new TypeError(`No test named '${name}'`);
    return test(value as never, other as never);
  }
}

/** A node that gives a value which is there already. */
const toNode = (value: Value): Node => ({ type: GIVEN, value });

function itemOf(object: Value, key: Value): Value | undefined {
  if (isDict(object)) return object.value.get(String(key.value));
  if (!Number.isInteger(key.value) || !(isText(object) || isList(object))) return undefined;
  const item = object.value.at(key.value as number);
  return typeof item === 'string' ? toValue(item) : item;
}

/** Gives names to a value, or to what is in it. */
function assign(scope: Environment, target: Node, value: Value): void {
  if (target.type !== 'TupleLiteral') {
    scope.setVariable(String(target.value), value as never);
    return;
  }
  const targets = target.value as readonly Node[];
  const values = entriesOf(value);
  if (values.length !== targets.length)
    throw new TypeError(`cannot give ${targets.length} names to ${values.length} values`);
  for (const [index, inner] of targets.entries()) assign(scope, inner, values[index]!);
}
