import type { ModelChoice } from './model-session.ts';

/** The model that comes with the page. */
export const embeddedModel: ModelChoice = { reference: '', label: 'SmolLM2 135M Instruct' };
