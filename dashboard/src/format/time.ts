/** Times as text: short and relative for the eye, absolute with zone for whoever needs it. */
const LOCALE = "en-GB";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 d ago`; times to come: `in 12 s`. */
export function formatRelative(thenMs: number, nowMs: number): string {
  const ms = nowMs - thenMs;
  const age = Math.abs(ms);
  if (age < SECOND) return "now";
  const [value, unit] =
    age < MINUTE
      ? [age / SECOND, "s"]
      : age < HOUR
        ? [age / MINUTE, "min"]
        : age < DAY
          ? [age / HOUR, "h"]
          : [age / DAY, "d"];
  const text = `${Math.floor(value)} ${unit}`;
  return ms > 0 ? `${text} ago` : `in ${text}`;
}

/** Making a format takes longer than using it, and tables have hundreds of times. */
const absolute = new Map<string | undefined, Intl.DateTimeFormat>();

function absoluteFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = absolute.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "shortOffset",
    ...(timeZone && { timeZone }),
  });
  absolute.set(timeZone, made);
  return made;
}

/** `21 Nov 2026, 22:18:38.204 UTC+1`, in the reader's zone unless another is given. */
export function formatAbsolute(ms: number, timeZone?: string): string {
  return absoluteFormat(timeZone)
    .format(ms)
    .replace(/GMT([+-]0)?$|GMT/, "UTC");
}

/** `22:18` for an axis; with the day if the range is longer than one. */
export function formatTick(ms: number, rangeMs: number, timeZone?: string): string {
  const day: Intl.DateTimeFormatOptions = rangeMs > DAY ? { day: "numeric", month: "short" } : {};
  return new Intl.DateTimeFormat(LOCALE, {
    ...day,
    hour: "2-digit",
    minute: "2-digit",
    ...(timeZone && { timeZone }),
  }).format(ms);
}
