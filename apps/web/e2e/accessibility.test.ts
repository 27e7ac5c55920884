import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatPage } from './chat-page.ts';
import { findUnreachable, findViolations } from './find-violations.ts';
import { browserIsMissing, openProfile, type Profile } from './open-profile.ts';
import { TestSite } from './test-site.ts';

const wide = { width: 1280, height: 800 };
const phone = { width: 360, height: 640 };

describe.skipIf(browserIsMissing)('everybody can use', () => {
  let profile: Profile;
  let site: TestSite;
  let chat: ChatPage;
  beforeAll(async () => {
    profile = await openProfile();
    site = await TestSite.open();
    chat = new ChatPage(profile.context.pages()[0]!);
  });
  afterAll(async () => {
    await profile?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  /** In light and dark, on a desk and on a phone. */
  async function expectUsable(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const size of [wide, phone]) {
        await chat.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await chat.page.setViewportSize(size);
        const where = `${colorScheme}, ${size.width} pixels`;
        expect(await findViolations(chat.page), where).toEqual([]);
        expect(await findUnreachable(chat.page), where).toEqual([]);
      }
    }
    await chat.page.setViewportSize(wide);
  }

  const openDialog = async (button: RegExp | string) => {
    await chat.page.getByRole('button', { name: button, exact: true }).first().click();
    await chat.page.getByRole('dialog').waitFor();
  };

  test('the first screen', async () => {
    await chat.open(site.address);
    await expectUsable();
  });

  test('the window of models, also with one that failed', async () => {
    await chat.modelButton.click();
    await chat.page.getByRole('dialog').getByText('Room in this browser').waitFor();
    await expectUsable();
    await chat.closeDialog();
    await chat.loadLink(`${site.address}missing.gguf`);
    await chat.alert.waitFor();
    await expectUsable();
    await chat.closeDialog();
    await expectUsable();
  });

  test('the settings', async () => {
    await openDialog('Settings');
    await expectUsable();
    await chat.closeDialog();
  });

  test('everything without a mouse', async () => {
    const { page } = chat;
    const { keyboard } = page;
    const focused = () =>
      page.evaluate(
        () =>
          document.activeElement?.getAttribute('aria-label') ??
          document.activeElement?.textContent?.trim() ??
          '',
      );
    const tabTo = async (name: RegExp, key = 'Tab') => {
      for (let presses = 0; presses < 40; presses++) {
        if (name.test(await focused())) return;
        await keyboard.press(key);
      }
      throw new Error(`${name} cannot be reached with ${key}; the last one was ${await focused()}`);
    };
    await chat.open(site.address);
    await tabTo(/^Skip to/, 'Shift+Tab');
    await keyboard.press('Enter');
    expect(await focused()).toBe('Message');
    await tabTo(/^Load SmolLM2/, 'Shift+Tab');
    await keyboard.press('Enter');
    await chat.ready();
    // A window keeps the focus and gives it back.
    await tabTo(/^Settings$/, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(/Precise|^$/);
    for (let presses = 0; presses < 30; presses++) {
      await keyboard.press('Tab');
      const isInside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      );
      expect(isInside).toBe(true);
    }
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Settings');
    await tabTo(/^Message$/);
    await keyboard.type('Write a long story.');
    await keyboard.press('Enter');
    await chat.writing();
    await keyboard.press('Escape');
    await chat.finished();
    expect(await chat.answer.textContent()).toContain('Stopped.');
    await tabTo(/^Regenerate$/, 'Shift+Tab');
  });

  test('a conversation', async () => {
    await chat.bePrecise(48);
    await chat.ask('Compare tea and coffee in a table.');
    await expectUsable();
    await chat.page.getByRole('button', { name: 'Token probabilities' }).click();
    await chat.ask('What is the capital of France?');
    await expectUsable();
  });

  test('the conversations on a phone', async () => {
    await chat.page.setViewportSize(phone);
    await openDialog('Conversations');
    for (const colorScheme of ['light', 'dark'] as const) {
      await chat.page.emulateMedia({ colorScheme });
      expect(await findViolations(chat.page), colorScheme).toEqual([]);
      expect(await findUnreachable(chat.page), colorScheme).toEqual([]);
    }
    await chat.page.getByRole('dialog').getByRole('button', { name: 'New conversation' }).click();
    await chat.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(chat.errors).toEqual([]);
  });
});
