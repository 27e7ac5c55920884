import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserIsMissing, openProfile, type Profile } from './open-profile.ts';
import { TestSite } from './test-site.ts';

describe.skipIf(browserIsMissing)('the example without a bundler', () => {
  let profile: Profile;
  let site: TestSite;
  beforeAll(async () => {
    profile = await openProfile();
    site = await TestSite.open();
  });
  afterAll(async () => {
    await profile?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  test('loads the model and answers', async () => {
    const page = profile.context.pages()[0]!;
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${site.address}plain.html`);
    const answer = page.getByRole('status');
    await answer.filter({ hasText: 'ready' }).waitFor({ timeout: 150_000 });
    await page.getByRole('button', { name: 'Ask' }).click();
    await answer.filter({ hasText: 'Paris' }).waitFor({ timeout: 60_000 });
    expect(errors).toEqual([]);
    expect(site.requests).toContain('/llamella.js');
  });
});
