import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where figures were taken. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** Processes that wanted to run in the minute before; 0 on Windows. Other work makes figures worse. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
  };
}

/** One line about where the figures come from. */
export function machineLine({ processor, cores, memoryBytes, platform, node, loadBefore }: Machine): string {
  const memory = Math.round(memoryBytes / 2 ** 30);
  return `${processor}, ${cores} cores, ${memory} GiB, ${platform}, Node ${node}, load before ${loadBefore}`;
}
