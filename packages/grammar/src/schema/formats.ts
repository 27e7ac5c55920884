import { unsupportedKeyword } from './schema-error.ts';

/** Stands for a run of digits, which has no end in the standards. */
const digits = '<digits>';
const month31 = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const month30 = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const february = '02-(?:0[1-9]|1\\d|2[0-8])';
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const date = `(?:\\d{4}-(?:${month31}|${month30}|${february})|${leapYear}-02-29)`;
const time = `(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.${digits})?(?:[zZ]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)`;
const durationTime = `T(?:${digits}H(?:${digits}M(?:${digits}S)?)?|${digits}M(?:${digits}S)?|${digits}S)`;
const durationDate = `(?:${digits}Y(?:${digits}M(?:${digits}D)?)?|${digits}M(?:${digits}D)?|${digits}D)`;
const hex4 = '[0-9a-fA-F]{1,4}';
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
const percent = '%[0-9a-fA-F]{2}';
const unreserved = "a-zA-Z0-9._~!$&'()*+,;=\\-";
const pathChar = `(?:[${unreserved}:@]|${percent})`;
const query = `(?:\\?(?:[${unreserved}:@/?]|${percent})*)?(?:#(?:[${unreserved}:@/?]|${percent})*)?`;

const last32 = `(?:${hex4}:${hex4}|${ipv4})`;
const ipv6 = `(?:${[
  `(?:${hex4}:){6}${last32}`,
  `::(?:${hex4}:){5}${last32}`,
  `(?:${hex4})?::(?:${hex4}:){4}${last32}`,
  `(?:(?:${hex4}:){0,1}${hex4})?::(?:${hex4}:){3}${last32}`,
  `(?:(?:${hex4}:){0,2}${hex4})?::(?:${hex4}:){2}${last32}`,
  `(?:(?:${hex4}:){0,3}${hex4})?::${hex4}:${last32}`,
  `(?:(?:${hex4}:){0,4}${hex4})?::${last32}`,
  `(?:(?:${hex4}:){0,5}${hex4})?::${hex4}`,
  `(?:(?:${hex4}:){0,6}${hex4})?::`,
].join('|')})`;
const authority = `(?:(?:[${unreserved}:]|${percent})*@)?(?:\\[${ipv6}\\]|(?:[${unreserved}]|${percent})*)(?::(?:${digits})?)?`;
const hierarchy = `(?://${authority}(?:/${pathChar}*)*|/(?:${pathChar}+(?:/${pathChar}*)*)?|${pathChar}+(?:/${pathChar}*)*)`;
const relative = `(?://${authority}(?:/${pathChar}*)*|/(?:${pathChar}+(?:/${pathChar}*)*)?|(?:[${unreserved}@]|${percent})+(?:/${pathChar}*)*|)`;
const uri = `[a-zA-Z][a-zA-Z0-9+.-]*:${hierarchy}${query}`;
const jsonPointer = '(?:/(?:[^~/]|~[01])*)*';

/** The grammars of RFC 3339, 3986, 5321, 6901, 1123, 2673, 4291 and 4122, without leap seconds. */
const formats: Record<string, string> = {
  date,
  time,
  'date-time': `${date}[tT]${time}`,
  duration: `P(?:${durationDate}(?:${durationTime})?|${durationTime}|${digits}W)`,
  uuid: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  ipv4,
  ipv6,
  hostname: `${label}(?:\\.${label})*`,
  email: `${atom}(?:\\.${atom})*@${label}(?:\\.${label})+`,
  uri,
  'uri-reference': `(?:${uri}|${relative}${query})`,
  'json-pointer': jsonPointer,
  'relative-json-pointer': `(?:0|[1-9](?:${digits})?)(?:#|${jsonPointer})`,
};

/** The values of `format` that are checked; others are refused. */
export const formatNames: readonly string[] = Object.keys(formats);

/** A format as expressions. */
export interface Format {
  readonly pattern: string;
  /** The part of it that is written: texts without an end are where a small model loses itself. */
  readonly written: string;
  /** Most characters that are written. */
  readonly mostWritten: number;
  /** What must not occur. */
  readonly not?: string;
  readonly maxLength?: number;
}

/** @throws {UnsupportedError} naming the formats there are */
export function formatNamed(name: string, pointer: string): Format {
  if (!Object.hasOwn(formats, name))
    throw unsupportedKeyword(
      'format',
      pointer,
      `"${name}" is not one of ${formatNames.join(', ')}; name "format:${name}" in ignoreKeywords to pass over it`,
    );
  const source = `^(?:${formats[name]})$`;
  const format: Format = {
    pattern: source.replaceAll(digits, '\\d+'),
    written: source.replaceAll(digits, '\\d{1,9}'),
    mostWritten: name === 'email' ? 254 : /uri|pointer/.test(name) ? 2048 : Number.POSITIVE_INFINITY,
  };
  // Labels with "--" in the third place are reserved; those that exist are Punycode, which no grammar can check.
  if (name === 'hostname') return { ...format, not: '(?:^|\\.)..--', maxLength: 253 };
  return format;
}
