import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChatPage } from '../chat-page.ts';
import { findUnreachable, findViolations } from '../find-violations.ts';
import { browserIsMissing, openProfile, type Profile } from '../open-profile.ts';
import { TestSite } from '../test-site.ts';
import { buildInterface } from './build-interface.ts';
import { findSmallTargets } from './find-small-targets.ts';
import { longestTask } from './longest-task.ts';
import type { Script } from './scripted-llamella.ts';

const phone = { width: 360, height: 740 };
const wide = { width: 1280, height: 800 };

const everything = `# Tea and coffee

Both are **brewed** with \`water\`, see [the notes](https://example.org).

| | Tea | Coffee |
|---|:---:|---:|
| Origin | China, a very long time ago indeed | Ethiopia |

1. Boil water
   - two minutes

> A cup a day.

\`\`\`python
def brew(kind: str, minutes: int = 4) -> str:
    return f"{kind} after {minutes} minutes, a line that has to scroll in a narrow window"
\`\`\`

${'Averyverylongword'.repeat(12)} and <b>no HTML</b>.

`;

describe.skipIf(browserIsMissing)('the interface, with a scripted model', () => {
  let folder: string;
  let site: TestSite;
  let profile: Profile;
  let page: Page;
  let chat: ChatPage;
  beforeAll(async () => {
    folder = await buildInterface();
    site = await TestSite.open(folder);
  });
  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    profile = await openProfile({ permissions: ['clipboard-read', 'clipboard-write'] });
    page = profile.context.pages()[0]!;
    page.setDefaultTimeout(15_000);
    chat = new ChatPage(page);
    await page.setViewportSize(wide);
  });

  afterEach(() => profile?.[Symbol.asyncDispose]());

  const open = async (script: Script = {}) => {
    await page.addInitScript((given) => {
      globalThis.scripted = given;
    }, script);
    await chat.open(site.address);
  };
  const follow = (script: Script) =>
    page.evaluate((given) => {
      globalThis.scripted = given;
    }, script);
  /** Unlike a real model, this one may be done before anybody looks. */
  const ask = async (text: string, tab = chat) => {
    await tab.send(text);
    await tab.page.locator('.bubble', { hasText: text }).waitFor();
    await tab.finished();
    return tab.answer.textContent();
  };
  const answers = () => page.locator('.answer .markdown').allTextContents();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const expectUsable = async () => {
    for (const size of [wide, phone]) {
      await page.setViewportSize(size);
      expect(await findViolations(page), `${size.width} pixels`).toEqual([]);
      expect(await findUnreachable(page), `${size.width} pixels`).toEqual([]);
      expect(await findSmallTargets(page), `${size.width} pixels`).toEqual([]);
    }
  };

  test('never holds the page up while a long answer with everything in it streams', {
    retry: 2,
  }, async () => {
    await open({ answers: ['Ready.', everything.repeat(30)], tokenMs: 1, burst: 4 });
    await ask('Are you ready?');
    const longest = await longestTask(page, async () => {
      await chat.send('Everything you know.');
      await page.waitForTimeout(8000);
    });
    expect((await answers())[1]?.length).toBeGreaterThan(3000);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(50);
    await chat.stopIfWriting();
    expect(chat.errors).toEqual([]);
  });

  test('can be used by everybody while an answer streams, and after', async () => {
    await open({ answers: [everything], tokenMs: 40 });
    await chat.send('Compare tea and coffee.');
    await chat.writing();
    await expectUsable();
    await chat.stopIfWriting();
    await follow({ answers: [everything], tokenMs: 1 });
    await button('Regenerate').click();
    await page.locator('.answer table').waitFor();
    await chat.finished();
    await expectUsable();
    const html = await page.locator('.answer .markdown').innerHTML();
    expect(html).toContain('&lt;b&gt;no HTML&lt;/b&gt;');
  });

  test('stops, regenerates, goes through versions, and goes on from an edited message', async () => {
    await open({ answers: ['One.', 'Two.', 'Three.', 'Four.'] });
    await ask('First');
    await button('Regenerate').click();
    await page.getByText('2 / 2').waitFor();
    await chat.finished();
    expect(await answers()).toEqual(['Two.']);
    await button('Earlier version').click();
    expect(await answers()).toEqual(['One.']);
    await ask('Second');
    expect(await answers()).toEqual(['One.', 'Three.']);
    await button('Edit').first().click();
    await page.getByLabel('Edit the message').fill('First, said differently');
    await page.keyboard.press('Enter');
    await page.locator('.answer').getByText('Four.').waitFor();
    await chat.finished();
    expect(await answers()).toEqual(['Four.']);
    await button('Earlier version').click();
    expect(await answers()).toEqual(['One.', 'Three.']);
    await page.reload();
    await chat.message.waitFor();
    await page.locator('.answer .markdown').getByText('Three.').waitFor();
    expect(await answers()).toEqual(['One.', 'Three.']);
    await expectUsable();
  });

  test('copies answers and code', async () => {
    await open({ answers: ['Look:\n\n```js\nconst a = 1;\n```\n'] });
    await ask('Code');
    await button('Copy code').click();
    await button('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const a = 1;');
    await page.locator('.answer').getByRole('button', { name: 'Copy', exact: true }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('```js');
  });

  test('names, saves and deletes conversations', async () => {
    await open({ answers: ['Yes.'] });
    await ask('To be renamed');
    await button('Rename').click();
    await page.getByLabel('Name of the conversation').fill('A name');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'A name' }).waitFor();
    for (const [kind, start] of [
      ['Markdown', '# A name\n'],
      ['JSON', '{\n  "format": "llamella-conversation"'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), button(kind).click()]);
      expect(download.suggestedFilename()).toMatch(/^a-name\.(md|json)$/);
      const text = await new Response(
        (await download.createReadStream()) as unknown as ReadableStream,
      ).text();
      expect(text.startsWith(start), text.slice(0, 80)).toBe(true);
    }
    await button('Delete').click();
    await expectUsable();
    await page.setViewportSize(wide);
    await button('Delete').click();
    await page.getByRole('button', { name: 'A name' }).waitFor({ state: 'detached' });
    expect(await answers()).toEqual([]);
  });

  test('is the same in two tabs', async () => {
    await open({ answers: ['From the first tab.'] });
    await ask('In two tabs');
    const other = new ChatPage(await profile.context.newPage());
    await other.page.addInitScript(() => {
      globalThis.scripted = { answers: ['From the second tab.'] };
    });
    await other.open(page.url());
    await other.page.locator('.answer').getByText('From the first tab.').waitFor();
    await ask('And on', other);
    await page.locator('.answer').getByText('From the second tab.').waitFor();
    await other.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await other.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: /in this tab/ }).waitFor();
    expect([...chat.errors, ...other.errors]).toEqual([]);
  });

  test('shows the probabilities of tokens, by pointer and by keys', async () => {
    await open({ answers: ['The capital of France\nis Paris.'], tokenMs: 1 });
    await button('Token probabilities').click();
    await ask('Capital?');
    const details = page.locator('.token-details');
    expect(await details.textContent()).toMatch(/TokenProbabilityLog/);
    await page.locator('.token').nth(2).hover();
    expect(await details.locator('.taken').textContent()).toContain('30.0 %');
    await page.mouse.move(0, 0);
    await page.locator('.token').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('1');
    expect(await details.locator('.taken').textContent()).toContain('55.0 %');
    await expectUsable();
    await button('Token probabilities').click();
    expect(await answers()).toEqual(['The capital of France\nis Paris.']);
  });

  test('shows how far a download is, and stops it', async () => {
    await open({ loadMs: 6000 });
    await chat.loadLink('owner/name:Q4_K_M');
    const panel = page.getByRole('region', { name: 'Loading the model' });
    await panel.getByText(/of 98.0 MB, .*\/s, .* left/).waitFor();
    await panel.getByText('model-00001-of-00002.gguf').waitFor();
    await expectUsable();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.waitFor({ state: 'detached' });
    expect(await chat.modelButton.textContent()).toContain('Choose a model');
  });

  test('says in sentences what went wrong, and goes on', async () => {
    await open({ loadError: { code: 'no-space', message: 'needs 4.1 GB' } });
    await button(/^Load SmolLM2/).click();
    await chat.alert.filter({ hasText: 'not enough room' }).waitFor();
    await expectUsable();
    await follow({ answers: ['Yes.'] });
    await button('Try again').click();
    await chat.ready();
    await page.evaluate(() => globalThis.loseModel?.(true));
    await page.getByText('The GPU was lost. The model is being loaded again.').waitFor();
    await page.getByText('The GPU was lost.').waitFor({ state: 'detached' });
    expect(await ask('Still there?')).toContain('Yes.');
    await page.evaluate(() => globalThis.loseModel?.(false));
    await chat.alert.filter({ hasText: 'The model stopped running.' }).waitFor();
    await page.setViewportSize(wide);
    expect(await ask('And now?')).toContain('Yes.');
  });

  test('goes back to the model before one that failed', async () => {
    await open({ answers: ['Yes.'] });
    await button(/^Load SmolLM2/).click();
    await chat.ready();
    await follow({ loadError: { code: 'invalid-file', message: 'a.gguf: damaged' } });
    await chat.loadLink('owner/name:Q4_K_M');
    await chat.alert.filter({ hasText: 'cannot be used' }).waitFor();
    await expectUsable();
    await follow({ answers: ['Yes.'] });
    await button('Go back to SmolLM2 135M Instruct').last().click();
    await chat.ready();
    await chat.closeDialog();
    expect(await ask('Still there?')).toContain('Yes.');
  });

  test('says of a model without a chat format, before anything is asked, that it cannot chat', async () => {
    await open({ chatProblem: 'a.gguf: has no chat template; use generate' });
    await button(/^Load SmolLM2/).click();
    await page.getByText('This model has no chat format').waitFor();
    await expectUsable();
    await button('Choose another model').first().click();
    await page.getByRole('dialog').waitFor();
  });

  test('goes on where parts of the page cannot be fetched, and is never blank', async () => {
    await page.route(/markdown-|settings-dialog-/, (route) => route.abort());
    await open({ answers: ['Look: **here**.'] });
    expect(await ask('Hello')).toContain('Look: **here**.');
    await button('Settings').click();
    await page
      .getByRole('dialog')
      .getByText(/could not be fetched/)
      .waitFor();
    await expectUsable();
    await chat.closeDialog();
    expect(await ask('Still there?')).toContain('here');
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, 'crypto', { value: {} });
    });
    await page.goto(site.address);
    await page.getByRole('heading', { name: 'The page stopped working.' }).waitFor();
    await expectUsable();
  });

  test('lasts as long as the page where nothing can be kept', async () => {
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('not here', 'SecurityError');
      };
      Storage.prototype.setItem = () => {
        throw new DOMException('not here', 'SecurityError');
      };
    });
    await open({ answers: ['Yes.'] });
    await page.getByText('Conversations cannot be kept in this browser.').waitFor();
    expect(await ask('Still there?')).toContain('Yes.');
    await button('Close this note').click();
    await page.getByText('Conversations cannot be kept').waitFor({ state: 'detached' });
  });

  test('keeps files that are dropped, and manages what is kept', async () => {
    await open({
      models: [
        {
          reference: 'hf:a/b:Q8_0',
          name: 'Half a model',
          quantization: 'Q8_0',
          bytes: 6e8,
          packedBytes: 0,
          lastUsed: 0,
          isComplete: false,
        },
      ],
    });
    await chat.modelButton.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Q8_0, 600 MB, not complete').waitFor();
    await expectUsable();
    await page.setViewportSize(wide);
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['GGUF'], 'mine.gguf'));
      return transfer;
    });
    await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: data });
    await chat.ready();
    await dialog.getByRole('button', { name: 'Load mine.gguf' }).waitFor();
    await dialog.getByRole('button', { name: 'Remove Half a model' }).click();
    await dialog.getByRole('button', { name: 'Remove 600 MB' }).click();
    await dialog.getByText('Half a model').waitFor({ state: 'detached' });
    await dialog.getByRole('textbox', { name: /Link/ }).fill('nothing');
    await dialog.locator('form').getByRole('button', { name: 'Load' }).click();
    await dialog.getByText(/neither a link nor a repository/).waitFor();
  });

  test('takes settings, and refuses those that make no sense', async () => {
    await open();
    await chat.loadEmbedded();
    await button('Settings').click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Temperature').inputValue()).toBe('0.2');
    await dialog.getByLabel('Temperature').fill('0.9');
    expect(await dialog.getByLabel('My own').isChecked()).toBe(true);
    await dialog.getByLabel('Top-p').fill('7');
    await dialog.getByText('Top-p is a number from 0.01 to 1, or empty.').waitFor();
    await dialog.getByLabel('Longest answer').fill('2');
    await expectUsable();
    await page.setViewportSize(wide);
    await dialog.getByLabel('Dark').check();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    await expectUsable();
    await page.setViewportSize(wide);
    await dialog.getByLabel('As the system').check();
    await chat.closeDialog();
    await ask('Short');
    await page.getByText('The longest answer that the settings allow ends here.').waitFor();
  });
});
