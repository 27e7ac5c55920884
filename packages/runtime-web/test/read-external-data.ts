import { fieldsOf } from '../src/protobuf-fields.ts';

/** A constant of a model and where its bytes lie. */
export interface ExternalConstant {
  readonly name: string;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The constants of a serialized ModelProto whose bytes lie in files. Field numbers: onnx.proto3. */
export function readExternalData(model: Uint8Array): ExternalConstant[] {
  const tensors = [...fieldsOf(model, 7)].flatMap((graph) => [...fieldsOf(graph, 5)]);
  return tensors.flatMap((tensor) => {
    const entries = new Map(
      [...fieldsOf(tensor, 13)].map((entry) => {
        const [key, value] = [1, 2].map((field) => text([...fieldsOf(entry, field)][0]!));
        return [key!, value!] as const;
      }),
    );
    if (entries.size === 0) return [];
    const [name] = [...fieldsOf(tensor, 8)];
    const number = (key: string) => Number(entries.get(key));
    return [
      {
        name: text(name!),
        location: entries.get('location')!,
        offset: number('offset'),
        length: number('length'),
      },
    ];
  });
}
