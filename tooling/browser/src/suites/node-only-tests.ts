const command = 'runs a program of Node';
const examples = 'runs the examples of the README in Node; test/readme.test.ts runs them in a page';

/** Tests of the suites that are skipped in a page, with the reason. Paths are relative to `packages`. */
export const nodeOnlyTests: Readonly<Record<string, string>> = {
  'chat/test/readme.test.ts': examples,
  'grammar/test/readme.test.ts': examples,
  'kv-cache/test/readme.test.ts': examples,
  'sampler/test/allocation.test.ts': `${command} that measures its heap`,
  'sampler/test/readme.test.ts': examples,
  'tokenizer/test/readme.test.ts': examples,
};
