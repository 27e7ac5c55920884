import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const flags = ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning', '--expose-gc'];
const script = new URL('./allocation.ts', import.meta.url);
const output = execFileSync(process.execPath, [...flags, script.pathname], { encoding: 'utf8' });
const { 'an allocation': control, ...steps } = JSON.parse(output) as Record<string, number>;

describe('allocates nothing per token', () => {
  // The smallest thing that can be allocated has 16 bytes.
  it.each(Object.entries(steps))('%s: %f bytes', (_name, bytes) => {
    expect(bytes).toBeLessThan(4);
  });

  it('and an allocation would be found', () => {
    expect(control).toBeGreaterThan(16);
  });
});
