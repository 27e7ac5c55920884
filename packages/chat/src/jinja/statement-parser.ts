import type { Expression, MacroNode, Parameters, Statement } from './nodes.ts';
import { ExpressionParser } from './parser.ts';

const SPECIAL = ['varargs', 'kwargs', 'caller'];
const UNSUPPORTED = ['include', 'import', 'from', 'extends', 'do', 'trans', 'autoescape'];
/** What a filter around a block is applied to. */
const CAPTURED: Expression = { type: 'name', name: '' };

/** Reads statements in the grammar of Jinja 3.1, with loop controls and transformers' `generation` blocks. */
class TemplateParser extends ExpressionParser {
  /** Loops around the current statement, within its macro. */
  private loops = 0;

  parseTemplate(): Statement[] {
    const body = this.parseBody();
    if (this.current.type !== 'eof') this.fail(`unexpected '${this.current.value}'`);
    return body;
  }

  /** Statements up to a tag that begins with one of `ends`, whose word is the current token then. */
  private parseBody(ends: readonly string[] = []): Statement[] {
    return this.nested(() => {
      const body: Statement[] = [];
      while (this.current.type !== 'eof') {
        const { type, value } = this.next();
        if (type === 'text') body.push({ type: 'text', text: value });
        else if (value === '{{') {
          body.push({ type: 'output', expression: this.parseTuple() });
          this.expect('}}', 'end');
        } else {
          if (this.current.type === 'name' && ends.includes(this.current.value)) return body;
          body.push(this.parseStatement());
          this.expect('%}', 'end');
        }
      }
      if (ends.length > 0) this.fail(`unexpected end of template, expected '${ends.join("' or '")}'`);
      return body;
    });
  }

  /** The body of a block: from after its opening tag to the word in its closing tag, which is skipped. */
  private parseBlock(...ends: string[]): Statement[] {
    this.skip(':');
    this.expect('%}', 'end');
    const body = this.parseBody(ends);
    if (ends.length === 1) this.next();
    return body;
  }

  private parseStatement(): Statement {
    const word = this.expectName();
    switch (word) {
      case 'if':
        return this.parseIf();
      case 'for':
        return this.parseFor();
      case 'set':
        return this.parseSet();
      case 'macro': {
        const name = this.expectName();
        return { type: 'macro', macro: { ...this.parseMacro(name, 'endmacro'), name } };
      }
      case 'call':
        return this.parseCall();
      case 'filter': {
        const filter = this.parseFilters(this.parseFilter(CAPTURED));
        return { type: 'capture', target: undefined, filter, body: this.parseBlock('endfilter') };
      }
      case 'with': {
        const variables: [Expression, Expression][] = [];
        while (this.current.type !== 'end') {
          if (variables.length > 0) this.expect(',');
          const target = this.parseTarget();
          this.expect('=');
          variables.push([target, this.parseExpression()]);
        }
        return { type: 'scope', variables, body: this.parseBlock('endwith') };
      }
      case 'generation':
        return { type: 'scope', variables: [], body: this.parseBlock('endgeneration') };
      case 'block': {
        const name = this.expectName();
        const body = this.parseBlock('endblock');
        this.skip(name, 'name');
        return { type: 'scope', variables: [], body };
      }
      case 'break':
      case 'continue':
        if (this.loops === 0) this.fail(`'${word}' outside of a loop`);
        return { type: word };
      default:
        if (UNSUPPORTED.includes(word)) this.fail(`the tag '${word}' is not available to chat templates`);
        return this.fail(`Encountered unknown tag '${word}'.`);
    }
  }

  private parseIf(): Statement {
    const branches: [Expression, Statement[]][] = [];
    let otherwise: Statement[] = [];
    do {
      const test = this.parseTuple(() => this.parseOr());
      branches.push([test, this.parseBlock('elif', 'else', 'endif')]);
    } while (this.skip('elif', 'name'));
    if (this.skip('else', 'name')) otherwise = this.parseBlock('endif');
    else this.next();
    return { type: 'if', branches, otherwise };
  }

  private parseFor(): Statement {
    const target = this.parseTarget();
    this.expect('in', 'name');
    const iterable = this.parseTuple(() => this.parseOr());
    const test = this.skip('if', 'name') ? this.parseExpression() : undefined;
    const recursive = this.skip('recursive', 'name');
    this.loops++;
    const body = this.parseBlock('else', 'endfor');
    this.loops--;
    const otherwise = this.next().value === 'else' ? this.parseBlock('endfor') : [];
    return { type: 'for', target, iterable, test, recursive, body, otherwise };
  }

  private parseSet(): Statement {
    const target = this.parseTarget();
    if (this.skip('=')) return { type: 'set', target, value: this.parseTuple() };
    const filter = this.skip('|') ? this.parseFilters(this.parseFilter(CAPTURED)) : undefined;
    return { type: 'capture', target, filter, body: this.parseBlock('endset') };
  }

  private parseCall(): Statement {
    const parameters = this.is('(') ? this.parseParameters() : [];
    const call = this.parseFilters(this.parsePrimary());
    if (call.type !== 'call') this.fail('expected a call');
    return { type: 'call', call, caller: this.parseMacroBody(null, parameters, 'endcall') };
  }

  private parseMacro(name: string, end: string): MacroNode {
    return this.parseMacroBody(name, this.parseParameters(), end);
  }

  private parseMacroBody(name: string | null, parameters: Parameters, end: string): MacroNode {
    const before = this.loaded.length;
    const { loops } = this;
    this.loops = 0;
    const body = this.parseBlock(end);
    this.loops = loops;
    const special = new Set(this.loaded.slice(before).filter((loaded) => SPECIAL.includes(loaded)));
    return { name, parameters, body, special };
  }

  private parseParameters(): Parameters {
    this.expect('(');
    let hasDefaults = false;
    return this.parseItems(')', (): [string, Expression | undefined] => {
      const name = this.expectName();
      if (this.skip('=')) hasDefaults = true;
      else if (hasDefaults) this.fail('non-default argument follows default argument');
      else return [name, undefined];
      return [name, this.parseExpression()];
    });
  }

  /** What may be assigned to: a name, a member of a namespace, or several of them. */
  private parseTarget(): Expression {
    const loaded = this.loaded.length;
    const target = this.parseTuple(() => this.parseTargetItem());
    if (target.type === 'name' || target.type === 'tuple') this.loaded.length = loaded;
    return target;
  }

  private parseTargetItem(): Expression {
    if (this.skip('(')) {
      const target = this.parseTarget();
      this.expect(')');
      return target;
    }
    const item = this.parsePrimary();
    if (item.type !== 'name') this.fail(`can't assign to a ${item.type}`);
    if (!this.skip('.')) return item;
    return { type: 'member', object: item.name, name: this.expectName() };
  }
}

/** @throws {TemplateSyntaxError} when `source` is not a valid template */
export function parseTemplate(source: string): Statement[] {
  return new TemplateParser(source).parseTemplate();
}
