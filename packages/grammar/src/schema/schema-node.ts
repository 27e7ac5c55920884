import { UnsupportedError } from '@llamella/spec';
import { TooLarge } from '../dfa.ts';
import { choice, type Node, nothing, type Rule, reference, text } from '../grammar-node.ts';
import { jsonSyntax } from '../json-text.ts';
import { arrayNode } from './array-node.ts';
import { type Atom, type Conditions, keyOf, schemaCondition } from './atoms.ts';
import { Normalizer } from './normalizer.ts';
import { numberNode } from './number-constraint.ts';
import { objectNode } from './object-node.ts';
import { unsupportedKeyword } from './schema-error.ts';
import { stringNode } from './string-constraint.ts';

/** How JSON is written under a schema. */
export interface SchemaOptions {
  /**
   * Most whitespace characters between two parts of the JSON text. 0 is the form of `JSON.stringify`. Default 20.
   */
  readonly maxWhitespace?: number;
  /**
   * `declared`: properties come in the order of the schema, so that a model writes them as you listed them; keys that
   * the schema does not name may stand anywhere. `any`: in any order. Default `declared`.
   */
  readonly propertyOrder?: 'declared' | 'any';
  /**
   * Keywords to leave out of account, where a schema holds some that this package does not know or cannot express.
   * `format:NAME` leaves out one format.
   */
  readonly ignoreKeywords?: readonly string[];
}

/**
 * The grammar of the JSON texts that are valid under a schema.
 *
 * @throws {InvalidArgumentError | UnsupportedError} naming the keyword and the JSON pointer
 */
export function schemaNode(schema: unknown, options: Required<SchemaOptions>): Node {
  const normalizer = new Normalizer(schema, options.ignoreKeywords);
  const syntax = jsonSyntax(options.maxWhitespace);
  const rules = new Map<string, Node>([['', syntax.value]]);
  const queue: { rule: Rule; conditions: Conditions }[] = [];
  const valueNode = (conditions: Conditions): Node => {
    const key = keyOf(conditions);
    let node = rules.get(key);
    if (node === undefined) {
      const rule: Rule = { name: pointerOf(conditions), body: nothing };
      queue.push({ rule, conditions });
      rules.set(key, (node = reference(rule)));
    }
    return node;
  };
  const context = { syntax, anyOrder: options.propertyOrder === 'any', valueNode };
  const nodeOf = (atom: Atom): Node => {
    if (atom.type === 'number') return numberNode(atom.constraint);
    if (atom.type === 'string') return stringNode(atom.constraint);
    if (atom.type === 'array') return arrayNode(atom.constraint, normalizer, context);
    return atom.type === 'object' ? objectNode(atom.constraint, normalizer, context) : text(atom.type);
  };
  const root = valueNode([schemaCondition(normalizer.document.root)]);
  for (const { rule, conditions } of queue)
    rule.body = choice(
      normalizer.atoms(conditions).map((atom) => {
        try {
          return nodeOf(atom);
        } catch (error) {
          throw error instanceof TooLarge ? tooLarge(atom, rule.name) : error;
        }
      }),
    );
  return root;
}

function pointerOf(conditions: Conditions): string {
  for (const condition of conditions) {
    if ('place' in condition) return condition.place.pointer;
    const inner = pointerOf(condition.not);
    if (inner !== '') return inner;
  }
  return '';
}

function tooLarge(atom: Atom, pointer: string): Error {
  const why = 'its automaton is too large, alone or with its neighbours';
  if (atom.type === 'string') {
    const pattern = atom.constraint.patterns[0];
    if (pattern !== undefined) return unsupportedKeyword(pattern.keyword, pattern.pointer, why);
  }
  if (atom.type === 'number')
    return unsupportedKeyword(atom.constraint.multiples.length > 0 ? 'multipleOf' : 'minimum', pointer, why);
  if (atom.type === 'object') return unsupportedKeyword('patternProperties', atom.constraint.pointer, why);
  return new UnsupportedError(`The schema at ${pointer || '#'}`, why);
}
