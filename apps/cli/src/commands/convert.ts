import { InvalidArgumentError } from '@llamella/spec';
import type { CommandContext } from '../command-context.ts';
import { formatBytes } from '../format.ts';
import type { ConvertFormat, ConvertOptions, ConvertReport } from '../llamella.ts';
import { note, writeJson, writeResult } from '../output.ts';
import { withProgress } from '../progress-bar.ts';
import { layoutWidth, renderFields, renderTable } from '../table.ts';

export interface ConvertFlags {
  to?: ConvertFormat;
  type?: string;
  contextLength?: number;
  force?: boolean;
  json?: boolean;
}

/** `convert`: writes a model in another container, or with its weights in another type. */
export async function convert(
  reference: string,
  out: string,
  flags: ConvertFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.to === undefined && !/\.gguf$/i.test(out)) {
    throw new InvalidArgumentError('--to', `say what "${out}" is to be: gguf, safetensors or genai`);
  }
  const { convertModel } = await context.importLlamella();
  const { signal } = context.interruption;
  const report = await withProgress(context, (onProgress) =>
    convertModel(reference, out, { ...toConvertOptions(flags), signal, onProgress }),
  );
  for (const text of report.notes) note(context, `llamella: ${text}`);
  if (flags.json) return await writeJson(context, report);
  await writeResult(context, renderConversion(report, layoutWidth(context.stdout)));
}

function toConvertOptions({ to, type, contextLength, force }: ConvertFlags): ConvertOptions {
  const isSame = type === undefined || type.toLowerCase() === 'same';
  return {
    ...(to !== undefined && { to }),
    ...(!isSame && { type: type.toUpperCase() as NonNullable<ConvertOptions['type']> }),
    ...(contextLength !== undefined && { contextLength }),
    ...(force && { overwrite: true }),
  };
}

/** Tensors that went from one type to another. */
interface ChangeGroup {
  readonly change: string;
  readonly kind: string;
  readonly count: number;
  readonly error: number;
}

/** @param width columns to fit into */
export function renderConversion(report: ConvertReport, width: number): string {
  const fields = renderFields(
    [
      ['Model', report.name],
      ['From', `${report.from}: ${report.sources.join(', ')}`],
      ['To', `${report.to}, ${formatBytes(report.bytes)}`],
      ['Files', report.files.map(({ path }) => path).join(', ')],
    ],
    width,
  );
  const table = renderTable(
    [{ title: 'Weights' }, { title: 'Tensors', align: 'right' }, { title: 'Values' }],
    groupChanges(report).map(({ change, kind, count, error }) => [
      change,
      String(count),
      kind === 'exact' ? 'exact' : `${kind}, ${(error * 100).toPrecision(2)}% off at most`,
    ]),
    width,
  );
  return `${fields}\n${table}`;
}

/** Groups of equal types, largest first; their error is that of the tensor that lost most, relative to its weights. */
function groupChanges({ tensors }: ConvertReport): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup>();
  for (const { from, to, kind, relativeError } of tensors) {
    const change = from === to ? from : `${from} to ${to}`;
    const key = `${change} ${kind}`;
    const group = groups.get(key);
    const error = Math.max(group?.error ?? 0, relativeError);
    groups.set(key, { change, kind, count: (group?.count ?? 0) + 1, error });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
