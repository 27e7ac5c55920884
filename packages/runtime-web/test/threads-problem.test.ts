import { threadsProblem } from '@llamella/runtime-web';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

test('there are threads on an isolated page', () => {
  vi.stubGlobal('crossOriginIsolated', true);
  expect(threadsProblem()).toBeUndefined();
});

test('there are none on a page that is not, and it says what to serve it with', () => {
  vi.stubGlobal('crossOriginIsolated', false);
  expect(threadsProblem()).toMatch(/Cross-Origin-Opener-Policy/);
});

test('there are none where workers cannot be given memory, and ports are closed', () => {
  const close = vi.fn();
  class PortOfWebKit {
    close = close;
    postMessage() {
      throw new DOMException('The object can not be cloned.', 'DataCloneError');
    }
  }
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal(
    'MessageChannel',
    class {
      port1 = new PortOfWebKit();
      port2 = new PortOfWebKit();
    },
  );
  expect(threadsProblem()).toBe('this browser does not let workers share memory');
  expect(close).toHaveBeenCalledTimes(2);
});
