import { InvalidArgumentError } from '@llamella/spec';
import type { Command } from 'commander';
import type { DeviceChoice, InspectOptions, LoadOptions } from './llamella.ts';
import { parseNumber } from './parse-number.ts';

const devices: readonly DeviceChoice[] = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'];

/** Values of the options that say how a model is loaded. */
export interface LoadFlags {
  device?: DeviceChoice;
  exact?: boolean;
  threads?: number;
  contextLength?: number;
  /** `false` with `--no-cache`. */
  cache?: boolean;
}

/** Declares `--device` and `--exact`. */
export function addDeviceOptions(command: Command): Command {
  return command
    .option('--device <name>', `where to run: ${devices.join(', ')} (default: auto)`, parseDevice)
    .option('--exact', 'keep the exact weights, even where that is slower');
}

/** Declares everything that says how a model is loaded. */
export function addLoadOptions(command: Command): Command {
  return addDeviceOptions(command)
    .option('--threads <number>', 'CPU threads', (text) =>
      parseNumber('--threads', text, { integer: true, min: 1, max: 1024 }),
    )
    .option('--context-length <number>', 'longest conversation in tokens', (text) =>
      parseNumber('--context-length', text, { integer: true, min: 1, max: 2 ** 31 - 1 }),
    )
    .option('--no-cache', 'keep no packed weights on disk for the next load');
}

export function toLoadOptions(flags: LoadFlags): LoadOptions {
  return {
    ...toInspectOptions(flags),
    ...(flags.threads !== undefined && { threads: flags.threads }),
    ...(flags.contextLength !== undefined && { contextLength: flags.contextLength }),
    ...(flags.cache === false && { cache: false }),
  };
}

export function toInspectOptions(flags: LoadFlags): InspectOptions {
  return {
    ...(flags.device !== undefined && { device: flags.device }),
    ...(flags.exact !== undefined && { exact: flags.exact }),
  };
}

function parseDevice(text: string): DeviceChoice {
  const device = devices.find((name) => name === text);
  if (!device)
    throw new InvalidArgumentError('--device', `one of ${devices.join(', ')} expected, got "${text}"`);
  return device;
}
