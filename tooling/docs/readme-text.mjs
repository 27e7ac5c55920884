import { posix } from 'node:path';

/**
 * A package's README as it can stand elsewhere: without its title, and with links to files of the repository made into
 * links to where they are published.
 *
 * @param {string} markdown
 * @param {string} folder of the package, relative to the clone
 * @param {string} filesUrl address of the repository's files, without a slash at its end
 */
export function readmeText(markdown, folder, filesUrl) {
  const withoutTitle = markdown.replace(/^#\s+.*\n+/, '');
  // The fences, then everything else: links in code are text.
  return withoutTitle
    .split(/(^```[\s\S]*?^```$|`[^`\n]*`)/m)
    .map((part, index) => (index % 2 === 1 ? part : absoluteLinks(part, folder, filesUrl)))
    .join('');
}

function absoluteLinks(text, folder, filesUrl) {
  return text.replace(/(\]\()([^\s)]+)/g, (whole, before, target) => {
    if (/^([a-z][a-z0-9+.-]*:|#|\/)/i.test(target)) return whole;
    const [path, anchor] = target.split('#');
    const url = `${filesUrl}/${posix.normalize(posix.join(folder, path))}`.replace(/\/$/, '');
    return `${before}${anchor === undefined ? url : `${url}#${anchor}`}`;
  });
}
