import { createRandom } from './random.ts';

/** Makes schemas and documents that have to do with each other, the same ones for the same seed. */
export function createSchemaMaker(seed: number): {
  readonly randomSchema: (depth: number) => unknown;
  readonly randomValue: (depth: number) => unknown;
} {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (probability: number): boolean => random() < probability;
  const times = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const keys = ['a', 'b', 'ab', 'c'];

  const values: readonly unknown[] = [
    null,
    true,
    false,
    0,
    1,
    -2,
    3,
    7,
    12,
    0.5,
    2.25,
    '',
    'a',
    'b',
    'ab',
    'aé',
    'bcd',
    [],
    {},
    [1],
    ['a', 1],
    { a: 1 },
    { b: 'a' },
  ];

  function randomValue(depth: number): unknown {
    if (depth === 0 || chance(0.5)) return pick(values);
    if (chance(0.5)) return times(3, () => randomValue(depth - 1));
    return Object.fromEntries(times(3, () => [pick(keys), randomValue(depth - 1)]));
  }

  function randomSchema(depth: number): unknown {
    if (chance(0.04)) return chance(0.7);
    const schema: Record<string, unknown> = {};
    const inner = (): unknown =>
      depth === 0
        ? pick([{}, { type: 'integer' }, { type: 'string' }, { const: 1 }])
        : randomSchema(depth - 1);
    const add: Record<string, () => unknown> = {
      type: () =>
        pick<unknown>([
          'object',
          'array',
          'string',
          'number',
          'integer',
          ['null', 'string'],
          ['integer', 'object'],
          'boolean',
        ]),
      enum: () => times(3, () => pick(values)).concat([pick(values)]),
      const: () => pick(values),
      minimum: () => pick([0, 1, -2, 2.5]),
      exclusiveMaximum: () => pick([3, 12, 7.5]),
      multipleOf: () => pick([1, 2, 0.5, 3]),
      minLength: () => pick([0, 1, 2]),
      maxLength: () => pick([0, 1, 2, 3]),
      pattern: () => pick(['^a', 'b$', '^[ab]+$', 'c', '^.é?$']),
      items: inner,
      prefixItems: () => [inner(), ...times(1, inner)],
      minItems: () => pick([0, 1, 2]),
      maxItems: () => pick([0, 1, 2, 3]),
      contains: inner,
      minContains: () => pick([0, 1, 2]),
      maxContains: () => pick([1, 2]),
      properties: () => Object.fromEntries(times(3, () => [pick(keys), inner()])),
      required: () => [...new Set(times(2, () => pick(keys)))],
      additionalProperties: () => pick<unknown>([false, true, inner()]),
      patternProperties: () => ({ [pick(['^a', 'b'])]: inner() }),
      propertyNames: () => pick([{ maxLength: 1 }, { pattern: 'a' }, { enum: ['a', 'c'] }]),
      minProperties: () => pick([0, 1]),
      maxProperties: () => pick([1, 2]),
      dependentRequired: () => ({ [pick(keys)]: [pick(keys)] }),
      dependentSchemas: () => ({ [pick(keys)]: inner() }),
      allOf: () => [inner(), inner()],
      anyOf: () => [inner(), inner()],
      oneOf: () => [inner(), inner()],
      not: inner,
      if: inner,
      // biome-ignore lint/suspicious/noThenProperty: it is the name of the keyword
      then: inner,
      else: inner,
      $ref: () => '#/$defs/shared',
    };
    for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
      const keyword = pick(Object.keys(add));
      schema[keyword] = add[keyword]!();
    }
    return schema;
  }
  return { randomSchema, randomValue };
}
