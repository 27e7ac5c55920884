import { bind } from './bind.ts';
import { type Bounds, Budget, LimitError } from './budget.ts';
import { holds } from './compare.ts';
import type { FilterContext } from './filter-context.ts';
import { LIST_FILTERS, mapFilter, selectFilter } from './list-filters.ts';
import { createMacro } from './macro.ts';
import { getAttribute, getItem, getSlice } from './members.ts';
import type { Arguments, Expression, Statement } from './nodes.ts';
import { integer, operate } from './operators.ts';
import { TESTS } from './tests.ts';
import { formatFilter, TEXT_FILTERS } from './text-filters.ts';
import {
  Callable,
  Dict,
  Float,
  fail,
  isTrue,
  Loop,
  Namespace,
  toInteger,
  toKey,
  toNumber,
  tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';
import { toText } from './write.ts';

const DEEPEST_CALL = 150;
const FILTERS = { ...TEXT_FILTERS, ...LIST_FILTERS };
const SPECIAL_FILTERS = ['map', 'select', 'reject', 'selectattr', 'rejectattr', 'format'];

/** Variables of a template, of one turn of a loop, or of one call of a macro. */
export class Scope {
  readonly variables = new Map<string, Value>();
  private readonly parent: Scope | undefined;
  constructor(parent?: Scope) {
    this.parent = parent;
  }
  get(name: string): Value | undefined {
    const value = this.variables.get(name);
    return value === undefined ? this.parent?.get(name) : value;
  }
}

/** Text that a template has written so far. */
export class Output {
  private readonly parts: string[] = [];
  private length = 0;
  private readonly budget: Budget;
  constructor(budget: Budget) {
    this.budget = budget;
  }
  write(text: string): void {
    this.length += text.length;
    this.budget.fits(this.length);
    this.parts.push(text);
  }
  toString(): string {
    return this.parts.length === 1 ? this.parts[0]! : this.budget.join(this.parts);
  }
}

type Signal = 'break' | 'continue' | undefined;

/** Runs a template once, within bounds. Values and their operations follow Python, the rest Jinja 3.1. */
export class Interpreter implements FilterContext {
  readonly budget: Budget;
  private depth = 0;

  constructor(bounds: Bounds) {
    this.budget = new Budget(bounds);
  }

  /** @throws {TemplateRuntimeError | LimitError} */
  render(template: readonly Statement[], scope: Scope): string {
    return this.capture(template, scope);
  }

  /** What statements write, as a text. */
  capture(body: readonly Statement[], scope: Scope): string {
    if (++this.depth > DEEPEST_CALL) throw new LimitError(`calls macros more than ${DEEPEST_CALL} deep`);
    const output = new Output(this.budget);
    this.run(body, scope, output);
    this.depth--;
    return output.toString();
  }

  private run(body: readonly Statement[], scope: Scope, output: Output): Signal {
    for (const statement of body) {
      const signal = this.execute(statement, scope, output);
      if (signal) return signal;
    }
    return undefined;
  }

  private execute(statement: Statement, scope: Scope, output: Output): Signal {
    this.budget.spend(1);
    switch (statement.type) {
      case 'text':
        output.write(statement.text);
        return undefined;
      case 'output':
        output.write(toText(this.evaluate(statement.expression, scope), this.budget));
        return undefined;
      case 'if': {
        const branch = statement.branches.find(([test]) => isTrue(this.evaluate(test, scope)));
        return this.run(branch ? branch[1] : statement.otherwise, scope, output);
      }
      case 'for':
        return this.loop(statement, this.evaluate(statement.iterable, scope), scope, output, 0);
      case 'set':
        this.assign(statement.target, this.evaluate(statement.value, scope), scope);
        return undefined;
      case 'capture': {
        let value: Value = this.capture(statement.body, new Scope(scope));
        if (statement.filter) {
          const inner = new Scope(scope);
          inner.variables.set('', value);
          value = this.evaluate(statement.filter, inner);
        }
        if (statement.target) this.assign(statement.target, value, scope);
        else output.write(toText(value, this.budget));
        return undefined;
      }
      case 'macro':
        scope.variables.set(statement.macro.name, createMacro(this, statement.macro, scope));
        return undefined;
      case 'call':
        output.write(
          toText(
            this.evaluate(statement.call, scope, createMacro(this, statement.caller, scope)),
            this.budget,
          ),
        );
        return undefined;
      case 'scope': {
        const inner = new Scope(scope);
        for (const [target, value] of statement.variables)
          this.assign(target, this.evaluate(value, scope), inner);
        return this.run(statement.body, inner, output);
      }
      default:
        return statement.type;
    }
  }

  private loop(
    statement: Statement & { type: 'for' },
    iterable: Value,
    scope: Scope,
    output: Output,
    depth: number,
  ): Signal {
    let items = this.budget.iterate(iterable);
    const { target, test, body, otherwise } = statement;
    if (test) {
      items = items.filter((item) => {
        const inner = new Scope(scope);
        this.assign(target, item, inner);
        return isTrue(this.evaluate(test, inner));
      });
    }
    const recurse = (inner: Value): string => {
      if (++this.depth > DEEPEST_CALL)
        throw new LimitError(`loops recursively more than ${DEEPEST_CALL} deep`);
      const text = new Output(this.budget);
      this.loop(statement, inner, scope, text, depth + 1);
      this.depth--;
      return text.toString();
    };
    const loop = new Loop(items, depth, statement.recursive ? recurse : undefined);
    let isEmpty = true;
    for (const [index, item] of items.entries()) {
      this.budget.spend(1);
      loop.index = index;
      const inner = new Scope(scope);
      inner.variables.set('loop', loop);
      this.assign(target, item, inner);
      const signal = this.run(body, inner, output);
      if (signal === 'break') break;
      if (signal === undefined) isEmpty = false;
    }
    return isEmpty ? this.run(otherwise, new Scope(scope), output) : undefined;
  }

  /** Binds a name, a member of a namespace, or each of several. */
  private assign(target: Expression, value: Value, scope: Scope): void {
    if (target.type === 'name') scope.variables.set(target.name, value);
    else if (target.type === 'member') {
      const object = scope.get(target.object);
      if (!(object instanceof Namespace)) fail('cannot assign attribute on non-namespace object');
      checkMemberName(target.name);
      (object as Namespace).members.set(target.name, value);
    } else if (target.type === 'tuple') {
      const items = this.budget.iterate(value);
      const count = target.items.length;
      if (items.length < count) fail(`not enough values to unpack (expected ${count}, got ${items.length})`);
      if (items.length > count) fail(`too many values to unpack (expected ${count})`);
      for (const [index, item] of target.items.entries()) this.assign(item, items[index]!, scope);
    }
  }

  /** @param caller the body of a call block, which the call that is evaluated gets as an argument */
  evaluate(expression: Expression, scope: Scope, caller?: Value): Value {
    this.budget.spend(1);
    const evaluate = (inner: Expression) => this.evaluate(inner, scope);
    switch (expression.type) {
      case 'literal':
        return expression.value;
      case 'name':
        return this.lookUp(expression.name, scope);
      case 'list':
        return expression.items.map(evaluate);
      case 'tuple':
        return tuple(expression.items.map(evaluate));
      case 'dict':
        return new Dict(expression.entries.map(([key, value]) => [toKey(evaluate(key)), evaluate(value)]));
      case 'attribute':
        return getAttribute(evaluate(expression.object), expression.name, this.budget);
      case 'item': {
        const object = evaluate(expression.object);
        const { key } = expression;
        if (key.type !== 'slice') return getItem(object, evaluate(key), this.budget);
        const bounds = key.bounds.map((bound) => {
          const value = bound && evaluate(bound);
          return value === undefined || value === null ? undefined : toInteger(value);
        });
        return getSlice(object, bounds, this.budget);
      }
      case 'call':
        return this.call(expression, scope, caller);
      case 'filter': {
        const operand = evaluate(expression.operand);
        const { positional, keyword } = this.evaluateArguments(expression.args, scope);
        return this.applyFilter(expression.name, operand, positional, keyword);
      }
      case 'test': {
        const operand = evaluate(expression.operand);
        return this.applyTest(
          expression.name,
          operand,
          this.evaluateArguments(expression.args, scope).positional,
        );
      }
      case 'unary':
        return this.evaluateUnary(expression.operator, evaluate(expression.operand));
      case 'binary':
        return operate(
          expression.operator,
          evaluate(expression.left),
          evaluate(expression.right),
          this.budget,
        );
      case 'and': {
        const left = evaluate(expression.left);
        return isTrue(left) ? evaluate(expression.right) : left;
      }
      case 'or': {
        const left = evaluate(expression.left);
        return isTrue(left) ? left : evaluate(expression.right);
      }
      case 'compare': {
        let left = evaluate(expression.first);
        for (const [operator, operand] of expression.rest) {
          const right = evaluate(operand);
          if (!holds(operator, left, right, this.budget)) return false;
          left = right;
        }
        return true;
      }
      case 'concat':
        return expression.items
          .map((item) => toText(evaluate(item), this.budget))
          .reduce((left, right) => this.budget.concat(left, right));
      case 'condition':
        if (isTrue(evaluate(expression.test))) return evaluate(expression.chosen);
        if (expression.otherwise) return evaluate(expression.otherwise);
        return new Undefined('the inline if-expression evaluated to false and no else section was defined.');
      default:
        return fail(`a ${expression.type} cannot be evaluated here`);
    }
  }

  private lookUp(name: string, scope: Scope): Value {
    const value = scope.get(name);
    return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
  }

  private evaluateUnary(operator: '-' | '+' | 'not', value: Value): Value {
    if (operator === 'not') return !isTrue(value);
    if (value instanceof Undefined) fail(value.problem);
    const number = toNumber(value) ?? fail(`bad operand type for unary ${operator}: '${typeName(value)}'`);
    const result = operator === '-' ? -number : number;
    return value instanceof Float ? new Float(result) : integer(result);
  }

  private evaluateArguments(
    args: Arguments,
    scope: Scope,
  ): { positional: Value[]; keyword: Map<string, Value> } {
    const positional = args.positional.map((item) => this.evaluate(item, scope));
    if (args.spread)
      for (const item of this.budget.iterate(this.evaluate(args.spread, scope))) positional.push(item);
    const keyword = new Map(args.keyword.map(([name, value]) => [name, this.evaluate(value, scope)]));
    if (args.keywordSpread) {
      const spread = this.evaluate(args.keywordSpread, scope);
      if (!(spread instanceof Dict))
        return fail(`argument after ** must be a mapping, not ${typeName(spread)}`);
      for (const [key, value] of spread) {
        if (keyword.has(String(key))) fail(`got multiple values for keyword argument '${key}'`);
        keyword.set(String(key), value);
      }
    }
    return { positional, keyword };
  }

  private call(
    { callee, args }: Expression & { type: 'call' },
    scope: Scope,
    caller: Value | undefined,
  ): Value {
    const called = this.evaluate(callee, scope);
    const { positional, keyword } = this.evaluateArguments(args, scope);
    if (caller !== undefined) keyword.set('caller', caller);
    if (called instanceof Callable) return called.call(positional, keyword);
    if (called instanceof Undefined) return fail(called.problem);
    if (!(called instanceof Loop)) return fail(`'${typeName(called)}' object is not callable`);
    if (!called.recurse) return fail("The loop must have the 'recursive' marker to be called recursively.");
    return called.recurse(positional[0] ?? null);
  }

  applyFilter(name: string, value: Value, positional: Value[], keyword: Map<string, Value>): Value {
    this.budget.spend(1);
    if (name === 'map') return mapFilter(value, positional, keyword, this);
    if (name === 'format') return formatFilter(value, positional, keyword, this);
    if (SPECIAL_FILTERS.includes(name))
      return selectFilter(name.startsWith('select'), name.endsWith('attr'), value, positional, this);
    if (!Object.hasOwn(FILTERS, name)) return fail(`No filter named '${name}'.`);
    const [parameters, filter] = FILTERS[name]!;
    return filter(
      value,
      bind(name, parameters === '' ? [] : parameters.split(' '), positional, keyword),
      this,
    );
  }

  applyTest(name: string, value: Value, positional: readonly Value[]): boolean {
    this.budget.spend(1);
    if (name === 'filter')
      return SPECIAL_FILTERS.includes(String(value)) || Object.hasOwn(FILTERS, String(value));
    if (name === 'test') return Object.hasOwn(TESTS, String(value));
    if (!Object.hasOwn(TESTS, name)) return fail(`No test named '${name}'.`);
    return TESTS[name]!(value, positional, this.budget);
  }
}

export function checkMemberName(name: string): void {
  if (name.startsWith('_'))
    fail(`a namespace cannot have a member '${name}', which begins with an underscore`);
}
