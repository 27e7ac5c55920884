import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatPage } from './chat-page.ts';
import { hideable, setHidden } from './hidden-tab.ts';
import { damageKeptFiles, keptBytes } from './kept-files.ts';
import { browserIsMissing, openProfile, type Profile } from './open-profile.ts';
import { TestSite } from './test-site.ts';

const capital = 'What is the capital of France?';
const models = ['00001', '00002'].map((part) => `/models/SmolLM2-135M-Instruct.Q4_1-${part}-of-00002.gguf`);
const modelBytes = 98_362_624;
const mostTokens = 24;

describe.skipIf(browserIsMissing)('the page says what is wrong and loses nothing', () => {
  let profile: Profile;
  let site: TestSite;
  let chat: ChatPage;
  const bytesSent = () => models.reduce((sum, path) => sum + (site.sent.get(path) ?? 0), 0);
  beforeAll(async () => {
    profile = await openProfile();
    site = await TestSite.open();
    chat = new ChatPage(profile.context.pages()[0]!);
    await hideable(chat.page);
  });
  afterAll(async () => {
    await profile?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  test('when there is no room', async () => {
    await chat.open(site.address);
    const devtools = await profile.context.newCDPSession(chat.page);
    const origin = new URL(site.address).origin;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 30e6 });
    await chat.page.getByRole('button', { name: /^Load SmolLM2/ }).click();
    await chat.alert.filter({ hasText: /not enough room/i }).waitFor({ timeout: 60_000 });
    expect(await chat.alert.textContent()).toMatch(/remove models|smaller one/i);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  });

  test('when the network is cut in the middle of a download, which then goes on', async () => {
    site.breaksAfter = 60e6;
    await chat.page
      .getByRole('button', { name: /Try again|^Load SmolLM2/ })
      .first()
      .click();
    await chat.alert.filter({ hasText: /connection failed|offline/i }).waitFor({ timeout: 90_000 });
    expect(site.breaksAfter).toBeLessThan(0);
    expect(await chat.alert.textContent()).toMatch(/goes on where it stopped/);
    const kept = await keptBytes(chat.page);
    expect(kept).toBeGreaterThan(15e6);
    site.breaksAfter = undefined;
    site.sent.clear();
    await site.start();
    await chat.page.getByRole('button', { name: 'Try again' }).click();
    await chat.ready();
    expect(bytesSent()).toBeLessThan(modelBytes - 10e6);
    await chat.bePrecise(mostTokens);
    expect(await chat.ask(capital)).toContain('Paris');
  });

  /** Also where a test before this one has failed, or was left out. */
  async function prepare(): Promise<void> {
    site.breaksAfter = undefined;
    await site.start();
    if (/WASM|WebGPU/.test((await chat.modelButton.textContent().catch(() => '')) ?? '')) return;
    await chat.open(site.address);
    const load = chat.page.getByRole('button', { name: /^Load SmolLM2/ });
    if (await load.isVisible()) await load.click();
    await chat.ready();
    await chat.bePrecise(mostTokens);
  }

  test('when the tab is hidden while it writes', async () => {
    await prepare();
    await chat.send('Count from one to ten.');
    await chat.writing();
    await setHidden(chat.page, true);
    await chat.page.waitForTimeout(3_000);
    await setHidden(chat.page, false);
    await chat.finished();
    expect(await chat.answer.textContent()).toMatch(/\w.*Regenerate/);
    expect(await chat.alert.count()).toBe(0);
  });

  test('when two tabs are open at once', async () => {
    await prepare();
    const other = new ChatPage(await profile.context.newPage());
    await other.open(site.address);
    await other.ready();
    await other.page.getByRole('button', { name: capital, exact: true }).first().waitFor();
    await chat.send('What is the capital of Italy?');
    expect(await other.ask(capital)).toContain('Paris');
    await chat.finished();
    expect(await chat.answer.textContent()).toContain('Rome');
    expect(other.errors).toEqual([]);
    await other.page.close();
  });

  test.each(['notes.txt', 'model.gguf'])('when a wrong file %s is dropped', async (name) => {
    await prepare();
    const conversation = chat.page.getByRole('region', { name: 'Conversation', exact: true });
    const before = await conversation.textContent();
    const data = await chat.page.evaluateHandle((name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['These are no weights.'], name));
      return transfer;
    }, name);
    await chat.page.dispatchEvent('main', 'drop', { dataTransfer: data });
    await chat.alert.waitFor({ timeout: 30_000 });
    expect(await chat.alert.textContent()).toMatch(/cannot be used|not a model|GGUF/);
    expect(await conversation.textContent()).toBe(before);
  });

  test('when what was kept is damaged', async () => {
    await prepare();
    await chat.page.goto('about:blank');
    const page = await profile.context.newPage();
    await page.goto(`${site.address}manifest.webmanifest`);
    expect(await damageKeptFiles(page)).toBeGreaterThan(0);
    site.sent.clear();
    await page.close();
    await chat.open(site.address);
    await chat.ready();
    // What is damaged is noticed and downloaded again; nothing of it is answered with.
    expect(bytesSent()).toBeGreaterThanOrEqual(modelBytes);
    await chat.page.getByRole('button', { name: 'New conversation' }).first().click();
    expect(await chat.ask(capital)).toContain('Paris');
    expect(chat.errors).toEqual([]);
  });
});
