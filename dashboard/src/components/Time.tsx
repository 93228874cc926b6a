import { formatDuration } from "@/format/number";
import { formatAbsolute, formatRelative } from "@/format/time";
import { useServerTime } from "@/live/clock";
import { Tooltip } from "./Tooltip";

/** How long ago, by the server's clock; it stands still while the page is stale. The tooltip has the time with its zone. */
export function RelativeTime({ at }: { at: string }) {
  const ms = Date.parse(at);
  const text = useServerTime((now) => formatRelative(ms, now));
  return (
    <Tooltip text={formatAbsolute(ms)}>
      <time dateTime={at}>{text}</time>
    </Tooltip>
  );
}

/** How old, for a column that says so in its head: `13 min`. Its tooltip is the browser's: a list has hundreds. */
export function Age({ at }: { at: string }) {
  const ms = Date.parse(at);
  const text = useServerTime((now) => formatRelative(ms, now).replace(" ago", ""));
  return (
    <time dateTime={at} title={formatAbsolute(ms)}>
      {text}
    </time>
  );
}

/** The time itself, with its zone. */
export function AbsoluteTime({ at }: { at: string }) {
  return <time dateTime={at}>{formatAbsolute(Date.parse(at))}</time>;
}

/** A length of time; `none` stands where there is none. */
export function Duration({ ms, none = "–" }: { ms: number | null; none?: string }) {
  return ms === null ? <span>{none}</span> : <span>{formatDuration(ms)}</span>;
}
