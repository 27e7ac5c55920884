import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, InvalidFileError, LlamellaError, UnsupportedError } from '../src/index.ts';

describe('LlamellaError', () => {
  it('names the file and the byte', () => {
    const error = new InvalidFileError({ file: 'a.gguf', offset: 24 }, 'string is 9 GB long');
    expect(error.message).toBe('a.gguf at byte 24: string is 9 GB long');
    expect(error.code).toBe('invalid-file');
    expect(error.offset).toBe(24);
  });

  it('names the argument', () => {
    expect(new InvalidArgumentError('topP', 'must be in (0, 1]').message).toBe('topP: must be in (0, 1]');
  });

  it('is recognised from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('llamella.error')]: true });
    expect(LlamellaError.isInstance(foreign)).toBe(true);
    expect(LlamellaError.isInstance(new UnsupportedError('x', 'y'))).toBe(true);
    expect(LlamellaError.isInstance(new Error('x'))).toBe(false);
    expect(LlamellaError.isInstance(undefined)).toBe(false);
  });
});
