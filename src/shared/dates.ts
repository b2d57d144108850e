/** Points in time as people type them. */
import { CliError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Outside these four-digit years ISO 8601 needs a form that services do not read. */
const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Understands ISO 8601 dates and times (those without a zone as UTC), `now`, `today`, `yesterday`, and a time ago:
 * `30m`, `12h`, `7d`, `2w`.
 *
 * @param now Unix milliseconds
 * @returns ISO 8601 UTC without fractions of a second, as the service wants it
 * @throws CliError `usage`
 */
export function parseDate(text: string, now: number): string {
  const ms = toMs(text.trim(), now);
  if (ms === undefined || ms < FIRST || ms > LAST)
    throw new CliError('usage', `${JSON.stringify(text)} is no date`, {
      hint: 'Give 2026-01-31, 2026-01-31T09:30:00Z, yesterday, or a time ago such as 12h or 7d.',
    });
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Shows a point in time as a wall clock does. */
export interface DateZone {
  /** @returns `2026-01-31 10:30+01:00` or `2026-01-31 09:30Z` */
  format(ms: number): string;
  readonly isUtc: boolean;
}

const UTC: DateZone = {
  format: (ms) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`,
  isUtc: true,
};

/**
 * @param name `utc`, `local` (the zone of this machine), or a name of the IANA Time Zone Database, in any case
 * @throws CliError `usage` for a zone that is not known
 */
export function dateZone(name: string): DateZone {
  if (/^(utc|gmt|z)$/i.test(name)) return UTC;
  const timeZone = /^local$/i.test(name) ? undefined : name;
  // Newer versions of Node.js take `+01:00` too, older ones do not: names alone mean the same everywhere.
  const zone = timeZone === undefined || /^[a-z]/i.test(timeZone) ? offsetsOf(timeZone) : undefined;
  if (zone === undefined)
    throw new CliError('usage', `There is no time zone ${JSON.stringify(name)}`, {
      hint: 'Give utc, local, or a name such as Europe/Berlin or America/Denver.',
    });
  return {
    isUtc: false,
    format: (ms) => {
      const offset = zone(ms);
      const local = ms + offset;
      if (local < FIRST || local > LAST) return UTC.format(ms);
      const minutes = Math.abs(Math.trunc(offset / 60_000));
      const two = (value: number) => String(value).padStart(2, '0');
      const shift = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
      return `${UTC.format(local).slice(0, -1)}${shift}`;
    },
  };
}

/** What a zone adds to UTC at a point in time, in milliseconds; undefined when there is no such zone. */
function offsetsOf(timeZone: string | undefined): ((ms: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  return (ms) => {
    const parts = format.formatToParts(ms);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    // `GMT` alone is no offset; before there were zones, they had seconds.
    const match = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name);
    if (match === null) return 0;
    const [, sign, hours, minutes, seconds = 0] = match;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  };
}

function toMs(text: string, now: number): number | undefined {
  const midnight = Math.floor(now / 86_400_000) * 86_400_000;
  if (text === 'now') return now;
  if (text === 'today') return midnight;
  if (text === 'yesterday') return midnight - 86_400_000;
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago?.[1] !== undefined && ago[2] !== undefined) return now - Number(ago[1]) * (UNITS[ago[2]] ?? 0);
  if (!ISO.test(text)) return undefined;
  const zoned = /T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const parsed = Date.parse(zoned);
  if (Number.isNaN(parsed)) return undefined;
  // Date.parse rolls 2026-02-30 over into March; what was typed is then no date.
  const day = Number(text.slice(8, 10));
  const month = Number(text.slice(5, 7));
  const last = new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
  return day > last ? undefined : parsed;
}
