import type { RememberedModel } from '../settings/preferences.ts';
import type { StoredModel } from './llamella.ts';

/** How the store calls the model that comes with the page. */
const embedded = 'smollm2';

/** A reference without revision, file and quantization; links are what they are. */
function repositoryOf(reference: string): string {
  return /^hf:[^@:]+/i.exec(reference)?.[0].toLowerCase() ?? reference;
}

/** The model in the store that a reference means. The store may name it with another revision or quantization. */
export function findKept(
  models: readonly StoredModel[],
  { reference }: Pick<RememberedModel, 'reference'>,
): StoredModel | undefined {
  const wanted = reference === '' ? embedded : reference;
  return (
    models.find((model) => model.reference === wanted) ??
    models.find((model) => model.isComplete && repositoryOf(model.reference) === repositoryOf(wanted))
  );
}

/**
 * What a download that was not completed goes on with: the store knows its repository, and which file of it was wanted
 * is known from when it was asked for.
 */
export function referenceToGoOn(model: StoredModel, recent: readonly RememberedModel[]): RememberedModel {
  const asked = recent.find(({ reference }) => repositoryOf(reference) === repositoryOf(model.reference));
  return asked ?? { reference: model.reference, label: model.name };
}

/** The models asked for last, with one more. */
export function withRecent(recent: readonly RememberedModel[], added: RememberedModel): RememberedModel[] {
  return [added, ...recent.filter(({ reference }) => reference !== added.reference)].slice(0, 8);
}
