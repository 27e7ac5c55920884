import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One template of the reference file with the data for it and the text that must come out. */
export interface ReferenceCase {
  readonly group: string;
  readonly name: string;
  readonly chat_template: string;
  readonly data: Record<string, unknown>;
  readonly target: string;
}

const root =
  process.env.LLAMELLA_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const path = `${root}/chat-template/hf-jinja-e2e.json`;

/** The 53 templates of huggingface.js's end-to-end test, or none where the shared test data is absent. */
export const referenceCases: ReferenceCase[] = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as { render: ReferenceCase[] }).render
  : [];

export const skipReason = `chat-template/hf-jinja-e2e.json is not in LLAMELLA_SHARED_DATA (${root})`;

export const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

export const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8')) as T;
