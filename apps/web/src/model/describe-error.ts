import { type ErrorCode, LlamellaError } from '@llamella/spec';

/** A failure for people: what happened, and what to do about it. */
export interface DescribedError {
  readonly title: string;
  readonly advice: string;
  /** Its kind, if it is known. */
  readonly code?: ErrorCode;
  /** The error's own words, where they say more. */
  readonly detail?: string;
}

/** What the user was doing. */
export type Activity = 'loading' | 'answering' | 'storing' | 'managing';

type Words = readonly [title: string, advice: string];

const byCode: Readonly<Record<ErrorCode, Words>> = {
  'invalid-file': [
    'The model’s files cannot be used.',
    'They may be damaged or of another kind. Choose a GGUF file, or a folder with safetensors or an ONNX Runtime GenAI model. If the model was downloaded, remove it under “Kept models” and load it again.',
  ],
  'invalid-argument': ['A setting cannot be used.', 'Change it and try again.'],
  unsupported: [
    'This model or browser lacks something that is needed.',
    'Try another model or quantization, or another browser.',
  ],
  'not-found': ['There is no such model.', 'Check the spelling of the link or repository.'],
  'context-full': [
    'The conversation no longer fits into the model’s context.',
    'Begin a new conversation, or edit an earlier message and go on from there.',
  ],
  busy: ['The model is busy.', 'Try again in a moment.'],
  backend: [
    'The model stopped running.',
    'Load it again. If it happens again, choose WASM under “Where it runs”, or a smaller model.',
  ],
  overflow: [
    'The model’s numbers are too large for float16.',
    'Load it again, or choose WASM under “Where it runs”.',
  ],
  template: [
    'The model cannot read this conversation.',
    'It may not be made for chats, or not know system prompts. Empty the system prompt, or choose another model.',
  ],
  disposed: ['The model was unloaded.', 'Load it again.'],
  network: ['The connection failed.', 'Check the connection and load the model again.'],
  access: [
    'The server does not give out this model.',
    'It may be private, or want its licence to be accepted. Download the file yourself and drop it here.',
  ],
  'no-space': [
    'There is not enough room for this model in the browser.',
    'Remove models under “Kept models”, or choose a smaller one. What was downloaded is kept.',
  ],
};

const noModel = [
  'This is no model that can be loaded.',
  'Choose a GGUF file, all files of a split one, or a folder with safetensors or an ONNX Runtime GenAI model; or check the link.',
] as const;

const offline = ['This device is offline.', 'Load the model again when there is a connection.'] as const;
const whatIsKept = 'What was downloaded is kept: it goes on where it stopped.';
const modelsKept = 'Models that are kept here run without one.';

const noChatFormat = [
  'This model has no chat format, so it cannot hold a conversation.',
  'Choose one that is made for conversations: their names often contain “Instruct” or “Chat”.',
] as const;

const otherwise: Readonly<Record<Exclude<Activity, 'storing'>, Words>> = {
  loading: [
    'The model could not be loaded.',
    'Try again. If it happens again, choose another model or reload the page.',
  ],
  answering: ['The answer was interrupted.', 'Try again. If it happens again, load the model again.'],
  managing: ['What is kept here could not be read or changed.', 'Reload the page and try again.'],
};

/** What is known of the browser. */
export interface Circumstances {
  readonly isOnline?: boolean;
  /** Whether what was downloaded stays, so that a download goes on where it stopped. */
  readonly keepsDownloads?: boolean;
}

/** Says in plain sentences what went wrong. */
export function describeError(
  error: unknown,
  activity: Activity,
  { isOnline = navigator.onLine, keepsDownloads = true }: Circumstances = {},
): DescribedError {
  const detail = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : '';
  const code = LlamellaError.isInstance(error) ? error.code : codeOf(name, detail);
  if (code === 'network') {
    const [title, advice] = isOnline ? byCode.network : offline;
    const kept = isOnline ? whatIsKept : `${whatIsKept} ${modelsKept}`;
    return described([title, keepsDownloads ? `${advice} ${kept}` : advice], code, isOnline ? detail : '');
  }
  if (code === 'template') return describeChatProblem(detail);
  if (code !== undefined)
    return described(
      activity === 'loading' && code === 'invalid-argument' ? noModel : byCode[code],
      code,
      detail,
    );
  if (activity === 'storing')
    return {
      title: 'Conversations cannot be kept in this browser.',
      advice: 'They last until the page is closed. Private windows and full disks are the usual reasons.',
      detail,
    };
  const [title, advice] = otherwise[activity];
  return { title, advice, ...(detail !== '' && { detail }) };
}

/** Says why a model cannot hold conversations, or not this one, from the words of the library. */
export function describeChatProblem(detail: string): DescribedError {
  // What else the library says of it is for those who write programs.
  return /no chat template;/.test(detail)
    ? described(noChatFormat, 'template', '')
    : described(byCode.template, 'template', detail);
}

function described([title, advice]: Words, code: ErrorCode, detail: string): DescribedError {
  return { title, advice, code, ...(detail !== '' && { detail }) };
}

function codeOf(name: string, message: string): ErrorCode | undefined {
  // A part of the page that was not fetched yet, in the words of the three engines.
  if (
    name === 'TypeError' &&
    /dynamically imported module|failed to fetch|load failed|importing a module/i.test(message)
  )
    return 'network';
  if (name === 'QuotaExceededError') return 'no-space';
  if (name === 'NetworkError') return 'network';
  if (name === 'NotFoundError') return 'not-found';
  return undefined;
}
