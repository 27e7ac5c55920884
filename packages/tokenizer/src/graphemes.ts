import type { StreamingDecoder } from '@llamella/spec';

/** Holds back the last user-perceived character, to which marks or joined emoji may still come. */
export function holdGraphemes(stream: StreamingDecoder): StreamingDecoder {
  const segmenter = new Intl.Segmenter();
  let held = '';
  return {
    push: (id) => {
      const added = stream.push(id);
      if (added === '') return '';
      const text = held + added;
      let last = 0;
      for (const { index } of segmenter.segment(text)) last = index;
      held = text.slice(last);
      return text.slice(0, last);
    },
    flush: () => {
      const rest = held + stream.flush();
      held = '';
      return rest;
    },
  };
}
