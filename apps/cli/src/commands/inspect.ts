import type { CommandContext } from '../command-context.ts';
import { formatBytes, formatCount } from '../format.ts';
import type { ModelReport } from '../llamella.ts';
import { type LoadFlags, toInspectOptions } from '../load-options.ts';
import { writeJson, writeResult } from '../output.ts';
import { withProgress } from '../progress-bar.ts';
import { layoutWidth, renderFields, renderTable } from '../table.ts';
import { groupTensors, type TensorGroup } from '../tensor-groups.ts';

export interface InspectFlags extends LoadFlags {
  measure?: boolean;
  json?: boolean;
}

/** `inspect`: what is in a model, and how each tensor will run here. */
export async function inspect(
  reference: string | undefined,
  flags: InspectFlags,
  context: CommandContext,
): Promise<void> {
  const { inspectModel } = await context.importLlamella();
  const { signal } = context.interruption;
  const report = await withProgress(context, (onProgress) =>
    inspectModel(reference, {
      ...toInspectOptions(flags),
      ...(flags.measure !== undefined && { measure: flags.measure }),
      signal,
      onProgress,
    }),
  );
  const groups = groupTensors(report);
  if (flags.json) {
    const {
      name,
      files,
      format,
      device,
      parameters,
      weightBytes,
      config,
      tensors,
      fidelity,
      notes,
      problem,
    } = report;
    return await writeJson(context, {
      ...{ name, files, format, device, architecture: config.architecture, parameters, weightBytes },
      ...{ config, tensorTypes: groups, tensors, fidelity, notes, ...(problem !== undefined && { problem }) },
    });
  }
  await writeResult(context, renderReport(report, groups, layoutWidth(context.stdout)));
}

/** @param width columns to fit into */
export function renderReport(report: ModelReport, groups: readonly TensorGroup[], width: number): string {
  const { config } = report;
  const fields = renderFields(
    [
      ['Model', report.name],
      ['Files', report.files.join(', ')],
      ['Format', report.format],
      [
        'Architecture',
        `${config.architecture}, ${config.layerCount} layers, hidden size ${config.hiddenSize}, ` +
          `${config.headCount} heads of ${config.headSize} (${config.keyValueHeadCount} for keys and values)`,
      ],
      ['Context', `${config.contextLength} tokens`],
      ['Vocabulary', `${config.vocabularySize} tokens`],
      ['Parameters', `${formatCount(report.parameters)} (${report.parameters})`],
      ['Weights', `${formatBytes(report.weightBytes)} in ${report.tensors.length} tensors`],
      ['Device', report.device],
      ...report.notes.map((note) => ['Note', note] as const),
      ...(report.problem === undefined ? [] : [['Cannot run', report.problem] as const]),
    ],
    width,
  );
  const table = renderTable(
    [
      { title: 'Type' },
      { title: 'Tensors', align: 'right' },
      { title: 'Size', align: 'right' },
      { title: `On ${report.device}` },
    ],
    groups.map((group) => [
      group.type,
      String(group.tensorCount),
      formatBytes(group.weightBytes),
      report.problem === undefined ? describeGroup(group) : '',
    ]),
    width,
  );
  return `${fields}\n${table}`;
}

function describeGroup({ kind, bound, measured, runsAs }: TensorGroup): string {
  if (kind === undefined) return 'not a weight of the graph';
  const steps = (value: number) => `${Number(value.toPrecision(2))} of a row's step`;
  const closeness =
    kind !== 're-gridded'
      ? kind
      : measured === undefined
        ? `re-gridded, within ${steps(bound!)}`
        : `re-gridded, at most ${steps(measured)}, measured`;
  return `${closeness}: ${runsAs}`;
}
