type Part = 'weekday' | 'month';

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const inEnglish = (date: Date, part: Part, style: 'long' | 'short'): string =>
  date.toLocaleString('en-US', { [part]: style });
const dayOfYear = (date: Date): number => {
  const year = date.getFullYear();
  return (Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 0)) / 864e5;
};

const DIRECTIVES: Readonly<Record<string, (date: Date) => string | number>> = {
  a: (date) => inEnglish(date, 'weekday', 'short'),
  A: (date) => inEnglish(date, 'weekday', 'long'),
  b: (date) => inEnglish(date, 'month', 'short'),
  B: (date) => inEnglish(date, 'month', 'long'),
  d: (date) => pad(date.getDate()),
  H: (date) => pad(date.getHours()),
  I: (date) => pad(date.getHours() % 12 || 12),
  j: (date) => pad(dayOfYear(date), 3),
  m: (date) => pad(date.getMonth() + 1),
  M: (date) => pad(date.getMinutes()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  S: (date) => pad(date.getSeconds()),
  w: (date) => date.getDay(),
  y: (date) => pad(date.getFullYear() % 100),
  Y: (date) => date.getFullYear(),
  F: (date) => strftime(date, '%Y-%m-%d'),
  T: (date) => strftime(date, '%H:%M:%S'),
  '%': () => '%',
};

/**
 * Local date and time in the format of C's `strftime`, in the C locale, as Python does it. `%-d` leaves out leading
 * zeros. A directive that is not known stays as it is.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([a-zA-Z%])/g, (directive, dash: string, letter: string) => {
    const text = Object.hasOwn(DIRECTIVES, letter) ? String(DIRECTIVES[letter]!(date)) : directive;
    return (dash && text.replace(/^0+(?=\d)/, '')) || text;
  });
}
