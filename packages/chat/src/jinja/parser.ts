import { TemplateSyntaxError, type Token, tokenize } from './lexer.ts';
import type { Arguments, BinaryOperator, Comparison, Expression } from './nodes.ts';
import { Float, type Value } from './values.ts';

/** How deep expressions and blocks may nest, since each level takes several levels of the stack. */
const DEEPEST = 150;
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const NO_ARGUMENTS: Arguments = { positional: [], keyword: [] };

/** Reads expressions in the grammar and with the precedences of Jinja 3.1's `parser.py`. */
export class ExpressionParser {
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;
  /** Names read as variables since this was last emptied. */
  protected readonly loaded: string[] = [];

  /** @throws {TemplateSyntaxError} */
  constructor(source: string) {
    this.tokens = tokenize(source);
  }

  protected get current(): Token {
    return this.tokens[this.index]!;
  }

  protected next(): Token {
    const token = this.current;
    if (token.type !== 'eof') this.index++;
    return token;
  }

  protected fail(problem: string): never {
    throw new TemplateSyntaxError(problem, this.current.line);
  }

  /** Whether the current token is this operator, or this word. */
  protected is(value: string, type: Token['type'] = 'operator'): boolean {
    return this.current.value === value && this.current.type === type;
  }

  protected skip(value: string, type: Token['type'] = 'operator'): boolean {
    const found = this.is(value, type);
    if (found) this.index++;
    return found;
  }

  protected expect(value: string, type: Token['type'] = 'operator'): void {
    if (!this.skip(value, type)) this.fail(`expected '${value}', got '${this.current.value}'`);
  }

  protected expectName(): string {
    if (this.current.type !== 'name') this.fail(`expected a name, got '${this.current.value}'`);
    return this.next().value;
  }

  protected nested<T>(parse: () => T): T {
    if (++this.depth > DEEPEST) this.fail(`is nested too deeply, more than ${DEEPEST} levels`);
    const result = parse();
    this.depth--;
    return result;
  }

  /** One expression, or several with commas between them: a tuple. */
  protected parseTuple(parseItem = () => this.parseExpression(), explicit = false): Expression {
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.endsTuple()) {
      items.push(parseItem());
      if (!this.skip(',')) break;
      isTuple = true;
    }
    if (!isTuple && items.length === 1) return items[0]!;
    if (items.length === 0 && !explicit) this.fail(`expected an expression, got '${this.current.value}'`);
    return { type: 'tuple', items };
  }

  private endsTuple(): boolean {
    return (
      this.current.type === 'end' || this.is(')') || this.is('in', 'name') || this.is('recursive', 'name')
    );
  }

  protected parseExpression(): Expression {
    return this.nested(() => {
      let expression = this.parseOr();
      while (this.skip('if', 'name')) {
        const test = this.parseOr();
        const otherwise = this.skip('else', 'name') ? this.parseExpression() : undefined;
        expression = { type: 'condition', test, chosen: expression, otherwise };
      }
      return expression;
    });
  }

  protected parseOr(): Expression {
    let left = this.parseAnd();
    while (this.skip('or', 'name')) left = { type: 'or', left, right: this.parseAnd() };
    return left;
  }

  private parseAnd(): Expression {
    let left = this.parseNot();
    while (this.skip('and', 'name')) left = { type: 'and', left, right: this.parseNot() };
    return left;
  }

  private parseNot(): Expression {
    if (!this.skip('not', 'name')) return this.parseCompare();
    return { type: 'unary', operator: 'not', operand: this.nested(() => this.parseNot()) };
  }

  private parseCompare(): Expression {
    const first = this.parseSum();
    const rest: [Comparison, Expression][] = [];
    for (;;) {
      if (this.current.type === 'operator' && COMPARISONS.includes(this.current.value))
        rest.push([this.next().value as Comparison, this.parseSum()]);
      else if (this.skip('in', 'name')) rest.push(['in', this.parseSum()]);
      else if (this.is('not', 'name') && this.tokens[this.index + 1]?.value === 'in') {
        this.index += 2;
        rest.push(['not in', this.parseSum()]);
      } else return rest.length === 0 ? first : { type: 'compare', first, rest };
    }
  }

  private readonly parseSum = () => this.parseBinary(['+', '-'], this.parseConcat);
  private readonly parseConcat = (): Expression => {
    const items = [this.parseProduct()];
    while (this.skip('~')) items.push(this.parseProduct());
    return items.length === 1 ? items[0]! : { type: 'concat', items };
  };
  private readonly parseProduct = () => this.parseBinary(['*', '/', '//', '%'], this.parsePower);
  private readonly parsePower = () => this.parseBinary(['**'], () => this.parseUnary());

  private parseBinary(operators: readonly BinaryOperator[], parseOperand: () => Expression): Expression {
    let left = parseOperand();
    for (;;) {
      const operator = operators.find((candidate) => this.is(candidate));
      if (operator === undefined) return left;
      this.next();
      left = { type: 'binary', operator, left, right: parseOperand() };
    }
  }

  private parseUnary(withFilters = true): Expression {
    const operator = this.is('-') ? '-' : this.is('+') ? '+' : undefined;
    if (operator) this.next();
    const operand = operator ? this.nested(() => this.parseUnary(false)) : this.parsePrimary();
    const expression = this.parsePostfix(operator ? { type: 'unary', operator, operand } : operand);
    return withFilters ? this.parseFilters(expression) : expression;
  }

  protected parsePrimary(): Expression {
    const { type, value } = this.current;
    const literal = (content: Value): Expression => ({ type: 'literal', value: content });
    if (type === 'name') {
      this.next();
      const constant = value[0]!.toLowerCase() + value.slice(1);
      if (constant === 'true' || constant === 'false') return literal(constant === 'true');
      if (constant === 'none') return literal(null);
      this.loaded.push(value);
      return { type: 'name', name: value };
    }
    if (type === 'string') {
      let text = '';
      while (this.current.type === 'string') text += this.next().value;
      return literal(text);
    }
    if (type === 'integer' || type === 'float') {
      const number = Number(this.next().value.replaceAll('_', ''));
      if (type === 'float') return literal(new Float(number));
      if (!Number.isSafeInteger(number)) this.fail(`the integer ${value} is too large`);
      return literal(number);
    }
    if (this.skip('(')) {
      const expression = this.parseTuple(undefined, true);
      this.expect(')');
      return expression;
    }
    if (this.skip('[')) return { type: 'list', items: this.parseItems(']', () => this.parseExpression()) };
    if (this.skip('{')) {
      const parseEntry = (): [Expression, Expression] => {
        const key = this.parseExpression();
        this.expect(':');
        return [key, this.parseExpression()];
      };
      return { type: 'dict', entries: this.parseItems('}', parseEntry) };
    }
    return this.fail(`unexpected '${value}'`);
  }

  /** Items with commas between them up to `end`, which is skipped. */
  protected parseItems<T>(end: string, parseItem: () => T): T[] {
    const items: T[] = [];
    while (!this.skip(end)) {
      if (items.length > 0) {
        this.expect(',');
        if (this.skip(end)) break;
      }
      items.push(parseItem());
    }
    return items;
  }

  private parsePostfix(operand: Expression): Expression {
    let expression = operand;
    for (;;) {
      if (this.skip('.')) {
        const token = this.next();
        if (token.type === 'name') expression = { type: 'attribute', object: expression, name: token.value };
        else if (token.type === 'integer')
          expression = {
            type: 'item',
            object: expression,
            key: { type: 'literal', value: Number(token.value) },
          };
        else this.fail('expected a name or a number after the dot');
      } else if (this.skip('[')) {
        const keys = this.parseItems(']', () => this.parseSubscript());
        const key: Expression = keys.length === 1 ? keys[0]! : { type: 'tuple', items: keys };
        expression = { type: 'item', object: expression, key };
      } else if (this.is('(')) expression = { type: 'call', callee: expression, args: this.parseArguments() };
      else return expression;
    }
  }

  private parseSubscript(): Expression {
    const bounds: (Expression | undefined)[] = [undefined];
    if (!this.is(':')) {
      const key = this.parseExpression();
      if (!this.is(':')) return key;
      bounds[0] = key;
    }
    while (bounds.length < 3 && this.skip(':'))
      bounds.push(this.is(':') || this.is(']') || this.is(',') ? undefined : this.parseExpression());
    return { type: 'slice', bounds };
  }

  /** Filters, tests and calls after an expression. */
  protected parseFilters(operand: Expression): Expression {
    let expression = operand;
    for (;;) {
      if (this.skip('|')) expression = this.parseFilter(expression);
      else if (this.skip('is', 'name')) expression = this.parseTest(expression);
      else if (this.is('(')) expression = { type: 'call', callee: expression, args: this.parseArguments() };
      else return expression;
    }
  }

  private parseDottedName(): string {
    let name = this.expectName();
    while (this.skip('.')) name += `.${this.expectName()}`;
    return name;
  }

  protected parseFilter(operand: Expression): Expression {
    const name = this.parseDottedName();
    return { type: 'filter', operand, name, args: this.is('(') ? this.parseArguments() : NO_ARGUMENTS };
  }

  private parseTest(operand: Expression): Expression {
    const negated = this.skip('not', 'name');
    const name = this.parseDottedName();
    let args = NO_ARGUMENTS;
    if (this.is('(')) args = this.parseArguments();
    else if (this.startsArgument()) {
      if (this.is('is', 'name')) this.fail('You cannot chain multiple tests with is');
      args = { positional: [this.nested(() => this.parsePostfix(this.parsePrimary()))], keyword: [] };
    }
    const test: Expression = { type: 'test', operand, name, args };
    return negated ? { type: 'unary', operator: 'not', operand: test } : test;
  }

  private startsArgument(): boolean {
    const { type, value } = this.current;
    if (type === 'name') return !['else', 'or', 'and', 'if', 'in', 'not'].includes(value) || value === 'is';
    return type === 'string' || type === 'integer' || type === 'float' || this.is('[') || this.is('{');
  }

  protected parseArguments(): Arguments {
    const positional: Expression[] = [];
    const keyword: [string, Expression][] = [];
    let spread: Expression | undefined;
    let keywordSpread: Expression | undefined;
    this.expect('(');
    this.parseItems(')', () => {
      if (this.skip('**')) {
        if (keywordSpread) this.fail('** was given twice');
        keywordSpread = this.parseExpression();
      } else if (this.skip('*')) {
        if (spread || keywordSpread) this.fail('* must come once, before **');
        spread = this.parseExpression();
      } else if (this.current.type === 'name' && this.tokens[this.index + 1]?.value === '=') {
        if (keywordSpread) this.fail('** must come last');
        const name = this.expectName();
        this.expect('=');
        keyword.push([name, this.parseExpression()]);
      } else {
        if (spread || keywordSpread || keyword.length > 0) this.fail('positional arguments must come first');
        positional.push(this.parseExpression());
      }
    });
    return { positional, keyword, spread, keywordSpread };
  }
}
