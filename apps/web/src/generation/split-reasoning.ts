/** What a model thought before it answered, and its answer. */
export interface SplitAnswer {
  readonly reasoning?: string;
  /** Whether the reasoning has ended. */
  readonly isThinking: boolean;
  readonly answer: string;
}

const open = '<think>';
const close = '</think>';

/** Takes apart an answer that begins with `<think>…</think>`, as Qwen 3, SmolLM3 and their kind write it. */
export function splitReasoning(text: string): SplitAnswer {
  const start = text.trimStart();
  if (!start.startsWith(open)) {
    // The beginning of a mark that is still being written is not shown.
    const isBeginning = start !== '' && open.startsWith(start);
    return { isThinking: isBeginning, answer: isBeginning ? '' : text };
  }
  const end = start.indexOf(close);
  if (end < 0) return { reasoning: start.slice(open.length).trim(), isThinking: true, answer: '' };
  const reasoning = start.slice(open.length, end).trim();
  return {
    ...(reasoning !== '' && { reasoning }),
    isThinking: false,
    answer: start.slice(end + close.length).trimStart(),
  };
}
