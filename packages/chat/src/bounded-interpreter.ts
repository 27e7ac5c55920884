import { type Environment, Interpreter } from '@huggingface/jinja';
import type { ChatTemplateLimits } from './limits.ts';
import { type FilterNode, filterName, selectFilter } from './select-filter.ts';
import { templateError } from './template-error.ts';

type Statement = Parameters<Interpreter['evaluate']>[0];
type Value = ReturnType<Interpreter['evaluate']>;

interface FilterExpression {
  readonly operand: NonNullable<Statement>;
  readonly filter: FilterNode;
}

interface ForStatement {
  readonly iterable: { readonly type: string; readonly lhs?: object };
}

const LENGTH_PER_STEP = 256;
const STEPS_PER_ITERATION = 4;
/** Size of a number, or of a list or object beside what is in it. */
const VALUE_SIZE = 8;
const LARGEST_INDENT = 64;
const DEEPEST = 500;

/** Evaluates a template like its base class, and stops with an error where it would use more than its limits. */
export class BoundedInterpreter extends Interpreter {
  private readonly name: string;
  private readonly limits: ChatTemplateLimits;
  private steps = 0;
  /** Sizes of values that cannot change any more. Only namespaces, and what holds one, can. */
  private readonly sizes = new WeakMap<Value, number>();
  private namespaces = 0;
  /** Arguments of `indent` and `tojson`, which multiply the length of a text by their value. */
  private readonly indents = new WeakSet<object>();
  /** What loops run over: a loop costs steps even when its body is empty. */
  private readonly iterables = new WeakSet<object>();

  constructor(environment: Environment, name: string, limits: ChatTemplateLimits) {
    super(environment);
    this.name = name;
    this.limits = limits;
  }

  override evaluate(statement: Statement, environment: Environment): Value {
    if (statement?.type === 'For') this.watchLoop(statement as unknown as ForStatement);
    const value = this.evaluateFilter(statement, environment) ?? super.evaluate(statement, environment);
    if (statement && this.indents.has(statement) && Number(value?.value) > LARGEST_INDENT)
      throw templateError(this.name, `indents by ${value.value}, more than ${LARGEST_INDENT}`);
    this.measure(value, 0);
    const length = ownLength(value);
    if (statement && this.iterables.has(statement)) this.spend(STEPS_PER_ITERATION * length);
    this.spend(1 + Math.floor(length / LENGTH_PER_STEP));
    return value;
  }

  private spend(steps: number): void {
    this.steps += steps;
    if (this.steps <= this.limits.steps) return;
    throw templateError(
      this.name,
      `took more than ${this.limits.steps} steps, the limit for one conversation`,
    );
  }

  /** Length of a text; for a list or object, entries and texts of everything in it, as if it were written out. */
  private measure(value: Value | undefined, depth: number): number {
    const content: unknown = value?.value;
    if (typeof content === 'string') return this.checkSize(content.length);
    if (!value || !(Array.isArray(content) || content instanceof Map)) return VALUE_SIZE;
    const known = this.sizes.get(value);
    if (known !== undefined) return known;
    if (depth > DEEPEST) throw templateError(this.name, `makes data nested more than ${DEEPEST} deep`);
    const namespacesBefore = this.namespaces;
    if (value.type === 'NamespaceValue') this.namespaces++;
    this.spend(1);
    let size = VALUE_SIZE;
    if (content instanceof Map) for (const key of content.keys()) size += String(key).length;
    for (const child of content.values()) size = this.checkSize(size + this.measure(child, depth + 1));
    if (this.namespaces === namespacesBefore) this.sizes.set(value, size);
    return size;
  }

  private checkSize(size: number): number {
    if (size <= this.limits.outputLength) return size;
    throw templateError(this.name, `makes a text or list longer than ${this.limits.outputLength}, the limit`);
  }

  /** Adds filters that the engine lacks, and prepares the check of those that indent. */
  private evaluateFilter(statement: Statement, environment: Environment): Value | undefined {
    if (statement?.type !== 'FilterExpression' && statement?.type !== 'FilterStatement') return undefined;
    const { operand, filter } = statement as unknown as FilterExpression;
    const name = filterName(filter);
    if (name === 'indent' || name === 'tojson') this.watchIndent(filter);
    if ((name !== 'select' && name !== 'reject') || operand === undefined) return undefined;
    return selectFilter(this, this.evaluate(operand, environment), filter, environment);
  }

  private watchLoop({ iterable }: ForStatement): void {
    this.iterables.add((iterable.type === 'SelectExpression' && iterable.lhs) || iterable);
  }

  private watchIndent({ args = [] }: FilterNode): void {
    for (const argument of args) {
      if (argument.type.includes('Spread'))
        throw templateError(this.name, 'unpacks the arguments of indent or tojson, which is not supported');
      this.indents.add(argument.type === 'KeywordArgumentExpression' ? (argument.value as object) : argument);
    }
  }
}

/** Length of a text, number of entries of a list or object. */
function ownLength(value: Value | undefined): number {
  const content: unknown = value?.value;
  if (typeof content === 'string' || Array.isArray(content)) return content.length;
  return content instanceof Map ? content.size : 0;
}
