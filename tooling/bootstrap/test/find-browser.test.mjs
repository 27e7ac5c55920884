import { expect, test } from 'vitest';
import { findBrowser } from '../find-browser.mjs';

const find = (platform, env, ...programs) =>
  findBrowser({ platform, env, isProgram: (path) => programs.includes(path) });

test.each([
  ['linux', { PATH: '/opt/bin:/usr/bin' }, '/usr/bin/chromium'],
  ['linux', { PATH: '/opt/bin:/usr/bin' }, '/opt/bin/google-chrome'],
  ['darwin', {}, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  [
    'win32',
    { PROGRAMFILES: 'C:\\Program Files' },
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ],
])('finds a browser on %s', (platform, env, program) => {
  expect(find(platform, env, program)).toBe(program);
  expect(find(platform, env)).toBeUndefined();
});

test('takes the one in CHROME_PATH before all others, and no other', () => {
  const env = { CHROME_PATH: '/my/chrome', PATH: '/usr/bin' };
  expect(find('linux', env, '/usr/bin/chromium', '/my/chrome')).toBe('/my/chrome');
  expect(() => find('linux', env, '/usr/bin/chromium')).toThrow(
    'CHROME_PATH: there is no program /my/chrome',
  );
});
