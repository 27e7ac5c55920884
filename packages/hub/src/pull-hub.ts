import { hubLayout } from './cached-repository.ts';
import { chooseFiles } from './choose-files.ts';
import { downloadFiles, type OnPullProgress, type WantedFile } from './download-files.ts';
import { checkFileNames } from './file-names.ts';
import type { HubContext } from './hub-context.ts';
import { listRepository } from './list-repository.ts';
import { baseName } from './model-groups.ts';
import { describePulled, type PulledModel } from './pulled-model.ts';
import { formatReference, type HubReference } from './reference.ts';

/** Downloads what a reference to the Hub means, as far as it is not in the cache. */
export async function pullHub(
  reference: HubReference,
  context: HubContext,
  signal: AbortSignal,
  onProgress: OnPullProgress | undefined,
): Promise<PulledModel> {
  const { endpoint, platform } = context;
  const { storage } = platform;
  const { repository, revision, selection } = reference;
  const source = formatReference({ repository, revision });
  const network = { client: context.client, clock: context.clock, maximumAttempts: context.maximumAttempts };
  const { commit, files: all } = await listRepository(endpoint, reference, network, signal);
  const chosen = chooseFiles(all, selection, platform.memoryBytes, source);
  checkFileNames(
    chosen.files.map(({ path }) => path),
    source,
  );
  const layout = hubLayout(repository);
  const wanted = chosen.files.map((file): WantedFile => {
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const url = `${endpoint}/${repository}/resolve/${commit}/${path}`;
    return { ...file, name: file.path, url, key: file.hash!.hex, comesLast: isDefining(file.path) };
  });
  const downloadedBytes = await downloadFiles(
    wanted,
    commit,
    { storage, layout },
    context,
    signal,
    onProgress,
  );
  // Last: huggingface_hub takes a ref without a snapshot for damage.
  if (revision !== commit) await storage.writeFile(layout.ref(revision), new TextEncoder().encode(commit));
  const place = { storage, layout, commit };
  return describePulled(formatReference(reference), chosen, place, downloadedBytes);
}

/** The file by which a folder is known to be a model: while it is missing, nobody takes the rest for one. */
function isDefining(path: string): boolean {
  return /^(genai_)?config\.json$/.test(baseName(path));
}
