import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { Application } from 'typedoc';
import { CollectingLogger } from './collecting-logger.mjs';
import { entryPointPatterns, isAboutPatterns, nameEntryPoints } from './entry-points.mjs';
import { readmeText } from './readme-text.mjs';

const repository = 'https://github.com/llamella/llamella';

const validation = { notExported: false, invalidLink: true, invalidPath: true, notDocumented: true };

/** Where sources are, said without asking git, so that an archive of the repository gives the same pages. */
const sources = {
  disableGit: true,
  basePath: root,
  displayBasePath: root,
  gitRevision: 'main',
  sourceLinkTemplate: `${repository}/blob/{gitRevision}/{path}#L{line}`,
};

/**
 * Reads the docstrings of packages.
 *
 * @param {{ name: string, folder: string, manifest: object }[]} packages
 * @returns {Promise<{ problems: string[], write: (folder: string) => Promise<void> }>} what is undocumented or a link
 *   that leads nowhere, with paths relative to the clone; and a function that writes the site
 */
export async function readReference(packages) {
  const logger = new CollectingLogger();
  const application = await Application.bootstrap({
    ...sources,
    name: 'Llamella',
    entryPointStrategy: 'packages',
    entryPoints: packages.map(({ folder }) => join(root, folder)),
    packageOptions: {
      ...sources,
      entryPoints: entryPointPatterns(packages),
      readme: 'none', // Set below, with links that lead somewhere.
      excludePrivate: true,
      excludeInternal: true,
      excludeExternals: true,
      // The compiler has a step of its own.
      skipErrorChecking: true,
      validation,
      requiredToBeDocumented: [
        'Enum',
        'EnumMember',
        'Variable',
        'Function',
        'Class',
        'Interface',
        'Property',
        'Method',
        'Accessor',
        'TypeAlias',
      ],
    },
    validation,
    readme: 'none', // Set below, with a list of the packages.
    includeVersion: false,
    hideGenerator: true,
    githubPages: false,
    searchInComments: true,
    navigationLinks: { GitHub: repository },
    sortEntryPoints: false,
    logLevel: 'Warn',
  });
  application.logger = logger;
  const project = await application.convert();
  if (project !== undefined) {
    project.readme = frontPage(project, packages);
    for (const item of packages) finishPage(project, item);
    application.validate(project);
  }
  const problems = [...new Set(logger.problems)]
    .filter((text) => !isAboutPatterns(text))
    .map((text) => text.replaceAll(`${root}/`, ''));
  if (project === undefined && problems.length === 0) problems.push('the sources could not be read');
  return {
    problems,
    async write(folder) {
      if (project === undefined) throw new Error(problems.join('\n'));
      const before = logger.problems.length;
      await application.generateDocs(project, folder);
      const added = logger.problems.slice(before);
      if (added.length > 0) throw new Error(added.join('\n'));
    },
  };
}

const introduction = `API reference. Llama-family inference for Node and the browser, in packages that can be installed one
at a time. Each page has the README of a package and the documentation of everything that it exports.

`;

function frontPage(project, packages) {
  const lines = packages.flatMap(({ name, manifest }) => {
    const target = pageOf(project, name);
    const title = target === undefined ? [] : [{ kind: 'inline-tag', tag: '@link', text: name, target }];
    return [{ kind: 'text', text: '\n- ' }, ...title, { kind: 'text', text: `: ${manifest.description}` }];
  });
  return [{ kind: 'text', text: introduction }, ...lines];
}

function finishPage(project, { name, folder }) {
  const page = pageOf(project, name);
  if (page === undefined) return;
  nameEntryPoints(page, folder);
  const file = join(root, folder, 'README.md');
  if (!existsSync(file)) return;
  const text = readmeText(readFileSync(file, 'utf8'), folder, `${repository}/blob/main`);
  page.readme = [{ kind: 'text', text }];
}

function pageOf(project, name) {
  return project.children?.find((child) => child.name === name);
}
