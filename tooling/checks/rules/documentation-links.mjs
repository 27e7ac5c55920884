import { posix } from 'node:path';

/** Links between tracked files lead to a file or folder that is tracked, and to a heading that exists. */
export function checkDocumentationLinks({ files, read }) {
  const documents = files.filter(
    (file) => file.endsWith('.md') && !/(^|\/)(fixtures|golden|\.changeset)\//.test(file),
  );
  const targets = new Set(files);
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder))
      targets.add(folder);
  }
  const headings = new Map();
  const headingsOf = (file) => {
    if (!headings.has(file)) headings.set(file, headingAnchors(read(file)));
    return headings.get(file);
  };
  const problems = documents.flatMap((document) =>
    linksOf(read(document))
      .map((link) => ({ link, problem: linkProblem(link, document, targets, headingsOf) }))
      .filter(({ problem }) => problem !== undefined)
      .map(({ link, problem }) => `${document}: ${link}: ${problem}`),
  );
  return [{ name: 'documentation links', problems }];
}

function linkProblem(link, document, targets, headingsOf) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith('//')) return undefined;
  const [path, anchor] = link.split('#');
  let target = document;
  if (path !== '') {
    if (path.startsWith('/')) return 'links are relative to the document';
    target = posix.normalize(posix.join(posix.dirname(document), decodeURI(path))).replace(/\/$/, '');
    if (target !== '.' && !targets.has(target)) return `there is no ${target}`;
  }
  if (anchor === undefined || anchor === '' || !target.endsWith('.md')) return undefined;
  return headingsOf(target).has(decodeURIComponent(anchor).toLowerCase())
    ? undefined
    : `no heading #${anchor}`;
}

/** Targets of inline links and images, reference definitions and href or src attributes, outside of code. */
export function linksOf(markdown) {
  const text = withoutCode(markdown);
  const patterns = [
    /\[(?:[^\]\\]|\\.|\[[^\]]*\](?:\([^)]*\))?)*\]\(\s*<?([^\s)>]+)>?(?:\s+["'(][^)]*)?\)/g,
    /!\[[^\]]*\]\(\s*<?([^\s)>]+)>?/g,
    /^\s{0,3}\[[^\]^]+\]:\s*<?([^\s>]+)>?/gm,
    /<[^>]+\s(?:href|src)=["']([^"']+)["']/g,
  ];
  return [...new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, target]) => target)))];
}

/** Anchors as GitHub makes them from headings, and explicit ids. */
export function headingAnchors(markdown) {
  const anchors = new Set();
  const uses = new Map();
  for (const [, title] of withoutFences(markdown).matchAll(/^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/gm)) {
    const base = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replace(/ /g, '-');
    const count = uses.get(base) ?? 0;
    uses.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  for (const [, id] of markdown.matchAll(/<[^>]+\s(?:id|name)=["']([^"']+)["']/g))
    anchors.add(id.toLowerCase());
  return anchors;
}

function withoutFences(markdown) {
  return markdown.replace(/^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\2[^\n]*$/gm, '');
}

function withoutCode(markdown) {
  return withoutFences(markdown).replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
}
