type Part = 'weekday' | 'month';

const pad = (value: number): string => String(value).padStart(2, '0');
/** Formatters by what they show: to make one takes long. */
const FORMATTERS: Record<string, Intl.DateTimeFormat> = {};
const inEnglish = (date: Date, part: Part, style: 'long' | 'short'): string =>
  (FORMATTERS[part + style] ??= new Intl.DateTimeFormat('en-US', { [part]: style })).format(date);

const DIRECTIVES: Readonly<Record<string, (date: Date) => string | number>> = {
  a: (date) => inEnglish(date, 'weekday', 'short'),
  A: (date) => inEnglish(date, 'weekday', 'long'),
  b: (date) => inEnglish(date, 'month', 'short'),
  B: (date) => inEnglish(date, 'month', 'long'),
  d: (date) => pad(date.getDate()),
  H: (date) => pad(date.getHours()),
  m: (date) => pad(date.getMonth() + 1),
  M: (date) => pad(date.getMinutes()),
  S: (date) => pad(date.getSeconds()),
  y: (date) => pad(date.getFullYear() % 100),
  Y: (date) => date.getFullYear(),
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
