/** Ids of a text or of a pair of texts, ready for a model. All arrays have one entry per id, `offsets` two. */
export interface Encoding {
  /** The ids of the texts, with those around them and padding. */
  readonly ids: Uint32Array;
  /** Start and end of each id in UTF-16 units of its text; 0 and 0 for ids that stand for no text. */
  readonly offsets: Uint32Array;
  /** What the template says each id belongs to: usually 0 for the first text and 1 for the second. */
  readonly typeIds: Uint32Array;
  /** 1 for ids to attend to, 0 for padding. */
  readonly attentionMask: Uint8Array;
  /** 1 for ids that were added around the texts or as padding. */
  readonly specialTokensMask: Uint8Array;
  /** What truncation cut off, in parts of the same length that overlap by `stride`. */
  readonly overflow: readonly Encoding[];
}

const empty: Encoding = {
  ids: new Uint32Array(0),
  offsets: new Uint32Array(0),
  typeIds: new Uint32Array(0),
  attentionMask: new Uint8Array(0),
  specialTokensMask: new Uint8Array(0),
  overflow: [],
};

/** An encoding of ids that stand for text. */
export function textEncoding(ids: Uint32Array, offsets: Uint32Array): Encoding {
  const { length } = ids;
  return { ...empty, ids, offsets, typeIds: new Uint32Array(length), ...masks(length, 1, 0) };
}

/** An encoding of ids that stand for no text. */
export function addedEncoding(ids: readonly number[], typeId: number, attend: 0 | 1): Encoding {
  const { length } = ids;
  return {
    ids: Uint32Array.from(ids),
    offsets: new Uint32Array(2 * length),
    typeIds: new Uint32Array(length).fill(typeId),
    ...masks(length, attend, 1),
    overflow: [],
  };
}

/** The ids `[start, end)` of an encoding. */
export function sliceEncoding(encoding: Encoding, start: number, end: number): Encoding {
  return {
    ids: encoding.ids.slice(start, end),
    offsets: encoding.offsets.slice(2 * start, 2 * end),
    typeIds: encoding.typeIds.slice(start, end),
    attentionMask: encoding.attentionMask.slice(start, end),
    specialTokensMask: encoding.specialTokensMask.slice(start, end),
    overflow: [],
  };
}

/** Encodings one after another, without what they have cut off. */
export function joinEncodings(parts: readonly Encoding[]): Encoding {
  return {
    ids: Uint32Array.from(parts.flatMap((part) => [...part.ids])),
    offsets: Uint32Array.from(parts.flatMap((part) => [...part.offsets])),
    typeIds: Uint32Array.from(parts.flatMap((part) => [...part.typeIds])),
    attentionMask: Uint8Array.from(parts.flatMap((part) => [...part.attentionMask])),
    specialTokensMask: Uint8Array.from(parts.flatMap((part) => [...part.specialTokensMask])),
    overflow: [],
  };
}

function masks(
  length: number,
  attend: 0 | 1,
  special: 0 | 1,
): Pick<Encoding, 'attentionMask' | 'specialTokensMask'> {
  return {
    attentionMask: new Uint8Array(length).fill(attend),
    specialTokensMask: new Uint8Array(length).fill(special),
  };
}
