import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test('are the symbols of the language where it has them', async () => {
  const { asyncDispose, dispose } = await import('@llamella/spec');
  expect(dispose).toBe(Symbol.dispose);
  expect(asyncDispose).toBe(Symbol.asyncDispose);
});

test('are defined where it has none, as compilers expect them', async () => {
  const none = { value: undefined, configurable: true };
  const symbolOfNode = Symbol;
  const symbolOfSafari = Object.setPrototypeOf((name: string) => symbolOfNode(name), Symbol);
  Object.defineProperties(symbolOfSafari, { dispose: none, asyncDispose: none });
  vi.resetModules();
  vi.stubGlobal('Symbol', symbolOfSafari);
  const { asyncDispose, dispose } = await import('@llamella/spec');
  expect(dispose).toBe(Symbol.for('Symbol.dispose'));
  expect(asyncDispose).toBe(Symbol.for('Symbol.asyncDispose'));
  expect(symbolOfSafari.dispose).toBe(dispose);
  expect(symbolOfSafari.asyncDispose).toBe(asyncDispose);
});
