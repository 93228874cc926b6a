import { formatAbsolute } from "./time";

const LOCALE = "en-GB";

/** A length of time on the clock: `22:14 to 22:15 UTC+1`; with the day if it is not today's. */
export function formatSpan(fromMs: number, toMs: number, nowMs = Date.now(), timeZone?: string): string {
  const inZone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", ...inZone });
  const time = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", ...inZone });
  const zone = formatAbsolute(toMs, timeZone).split(" ").at(-1);
  const date = day.format(fromMs) === day.format(nowMs) ? "" : `${day.format(fromMs)}, `;
  return `${date}${time.format(fromMs)} to ${time.format(toMs)} ${zone}`;
}
