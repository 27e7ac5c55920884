import type { Value } from './values.ts';

/** Arguments of a call, a filter or a test. */
export interface Arguments {
  readonly positional: readonly Expression[];
  readonly keyword: readonly (readonly [string, Expression])[];
  readonly spread?: Expression | undefined;
  readonly keywordSpread?: Expression | undefined;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'member'; readonly object: string; readonly name: string }
  | { readonly type: 'list' | 'tuple' | 'concat'; readonly items: readonly Expression[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly type: 'item'; readonly object: Expression; readonly key: Expression }
  | { readonly type: 'slice'; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly type: 'call'; readonly callee: Expression; readonly args: Arguments }
  | {
      readonly type: 'filter' | 'test';
      readonly operand: Expression;
      readonly name: string;
      readonly args: Arguments;
    }
  | { readonly type: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Expression }
  | {
      readonly type: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'compare';
      readonly first: Expression;
      readonly rest: readonly (readonly [Comparison, Expression])[];
    }
  | {
      readonly type: 'condition';
      readonly test: Expression;
      readonly chosen: Expression;
      readonly otherwise: Expression | undefined;
    };

/** Parameters of a macro or of the body of a call block; the second of a pair is the default. */
export type Parameters = readonly (readonly [string, Expression | undefined])[];

export interface MacroNode {
  readonly name: string | null;
  readonly parameters: Parameters;
  readonly body: readonly Statement[];
  /** Which of `varargs`, `kwargs` and `caller` the body reads. */
  readonly special: ReadonlySet<string>;
}

export type Statement =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly expression: Expression }
  | {
      readonly type: 'if';
      readonly branches: readonly (readonly [Expression, readonly Statement[]])[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly type: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly test: Expression | undefined;
      readonly recursive: boolean;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly type: 'set'; readonly target: Expression; readonly value: Expression }
  | {
      readonly type: 'capture';
      /** What is assigned to; without one, the text is printed. */
      readonly target: Expression | undefined;
      /** Filters around the text, which stands for a variable of the name ''. */
      readonly filter: Expression | undefined;
      readonly body: readonly Statement[];
    }
  | { readonly type: 'macro'; readonly macro: MacroNode & { readonly name: string } }
  | { readonly type: 'call'; readonly call: Expression; readonly caller: MacroNode }
  | {
      readonly type: 'scope';
      readonly variables: readonly (readonly [Expression, Expression])[];
      readonly body: readonly Statement[];
    }
  | { readonly type: 'break' | 'continue' };
