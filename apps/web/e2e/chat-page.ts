import type { Locator, Page } from 'playwright-core';

// For machines that have much else to do.
const loadMs = 150_000;
const answerMs = 90_000;

/** The chat page as a person uses it. */
export class ChatPage {
  readonly page: Page;
  /** What went wrong in the page without the page noticing; tests end by expecting none. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
    page.on('crash', () => this.errors.push('the page crashed'));
    page.on('console', (message) => {
      if (/content security policy|Refused to/i.test(message.text())) this.errors.push(message.text());
    });
  }

  get message(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get stop(): Locator {
    return this.page.getByRole('button', { name: 'Stop', exact: true });
  }

  get modelButton(): Locator {
    return this.page.locator('main').getByRole('button', { name: /^(Model: |Choose a model)/ });
  }

  get alert(): Locator {
    return this.page.getByRole('alert').first();
  }

  /** The last answer. */
  get answer(): Locator {
    return this.page.locator('li.answer').last();
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.message.waitFor();
  }

  /** Loads the model of the page from its first screen. */
  async loadEmbedded(): Promise<void> {
    await this.page.getByRole('button', { name: /^Load SmolLM2/ }).click();
    await this.ready();
  }

  /** Until a model can answer. */
  async ready(): Promise<void> {
    await this.modelButton.filter({ hasText: /WASM|WebGPU/ }).waitFor({ timeout: loadMs });
  }

  /** Loads a model by its link, in the window for that. */
  async loadLink(link: string): Promise<void> {
    await this.modelButton.click();
    const dialog = this.page.getByRole('dialog', { name: 'Models' });
    await dialog.getByRole('textbox', { name: /Link/ }).fill(link);
    await dialog.locator('form').getByRole('button', { name: 'Load' }).click();
  }

  async closeDialog(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** Always the likeliest token, and at most so many of them. */
  async bePrecise(mostTokens: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Settings' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByText('Precise', { exact: true }).click();
    await dialog.getByLabel('Longest answer').fill(String(mostTokens));
    await this.closeDialog();
  }

  async send(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press('Enter');
  }

  /** Sends a message and waits for the whole answer. */
  async ask(text: string): Promise<string> {
    await this.send(text);
    await this.stop.waitFor();
    await this.finished();
    return (await this.answer.textContent()) ?? '';
  }

  async finished(): Promise<void> {
    await this.stop.waitFor({ state: 'detached', timeout: answerMs });
  }

  async stopIfWriting(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.finished();
  }

  /** Until some of an answer can be read. */
  async writing(): Promise<void> {
    await this.answer.filter({ hasText: /Writing/ }).waitFor({ timeout: answerMs });
  }
}
