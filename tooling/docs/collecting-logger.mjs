import { Logger, LogLevel } from 'typedoc';

/** Keeps warnings and errors instead of printing them. */
export class CollectingLogger extends Logger {
  /** @type {string[]} */
  problems = [];

  log(text, level) {
    if (level >= LogLevel.Warn) this.problems.push(text);
  }

  addContext(text, _level, ...[place, file]) {
    if (file !== undefined)
      return `${file.fileName}:${file.getLineAndCharacterOfPosition(place).line + 1}: ${text}`;
    if (place === undefined) return text;
    const source = place.getSourceFile();
    return `${source.fileName}:${source.getLineAndCharacterOfPosition(place.getStart()).line + 1}: ${text}`;
  }
}
