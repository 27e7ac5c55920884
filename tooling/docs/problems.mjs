const undocumented = /^(.+) \((\w+)\), defined in (.+), does not have any documentation$/;

/**
 * Sorts what typedoc reports by package.
 *
 * @param {string[]} messages
 * @param {{ name: string, folder: string }[]} packages
 * @returns {{ name: string, problems: string[] }[]} one entry per package, and a last one for messages that name none
 */
export function problemsByPackage(messages, packages) {
  const others = { name: 'API reference', problems: [] };
  const entries = packages.map((item) => ({ item, name: `API reference of ${item.name}`, problems: [] }));
  for (const message of messages) {
    const owner = entries.find(({ item }) => concerns(message, item)) ?? others;
    owner.problems.push(readable(message, packages));
  }
  return [...entries, others].map(({ name, problems }) => ({ name, problems: problems.sort() }));
}

function concerns(message, { name, folder }) {
  return message.startsWith(`${folder}/`) || new RegExp(`(^|[ "])${name}[/. "]`).test(message);
}

function readable(message, packages) {
  const match = undocumented.exec(message);
  if (match === null) return message;
  const [, member, kind, file] = match;
  const owner = packages.find(({ name }) => file.startsWith(`${name}/`));
  const path = owner === undefined ? file : `${owner.folder}${file.slice(owner.name.length)}`;
  // Where a package has several entry points, their files come first.
  const name = member.replace(/^[\w-]+(\/[\w-]+)+\./, '').replaceAll('.__type.', '.');
  return `${path}: ${name} (${kind}) has no docstring`;
}
