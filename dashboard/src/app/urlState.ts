/**
 * State that lives in the address: filters, sort order, time range, selection. A link to a page is a link to what one sees.
 *
 *     const FILTERS = { q: text(), status: oneOf(["accepted", "scored", "failed"]), min: number() };
 *     const [filters, setFilters] = useUrlState(FILTERS);
 *     setFilters({ status: "failed", q: "" }); // parameters that are not named stay as they are
 *
 * What equals the default is left out of the address; what cannot be read counts as the default.
 */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

export type Codec<T> = { read: (raw: string | null) => T; write: (value: T) => string | null };
export type Codecs = Record<string, Codec<never>>;
export type UrlState<C> = { [K in keyof C]: C[K] extends Codec<infer T> ? T : never };

export function text(fallback = ""): Codec<string> {
  return { read: (raw) => raw ?? fallback, write: (value) => (value === fallback ? null : value) };
}

export function number(): Codec<number | null> {
  return {
    read: (raw) => (raw === null || raw.trim() === "" || !Number.isFinite(Number(raw)) ? null : Number(raw)),
    write: (value) => (value === null ? null : String(value)),
  };
}

/** One of a few words; null, which is left out, unless there is a fallback. */
export function oneOf<T extends string>(values: readonly T[]): Codec<T | null>;
export function oneOf<T extends string>(values: readonly T[], fallback: T): Codec<T>;
export function oneOf<T extends string>(values: readonly T[], fallback: T | null = null): Codec<T | null> {
  return {
    read: (raw) => values.find((value) => value === raw) ?? fallback,
    write: (value) => (value === fallback ? null : value),
  };
}

export function flag(): Codec<boolean> {
  return { read: (raw) => raw === "1", write: (value) => (value ? "1" : null) };
}

/** Read all named parameters. */
export function readState<C extends { [K in keyof C]: Codec<UrlState<C>[K]> }>(
  codecs: C,
  params: URLSearchParams,
): UrlState<C> {
  const entries = Object.keys(codecs).map((name) => [name, codecs[name as keyof C].read(params.get(name))]);
  return Object.fromEntries(entries) as UrlState<C>;
}

/** Write the given parameters over those that are there. */
export function writeState<C extends { [K in keyof C]: Codec<UrlState<C>[K]> }>(
  codecs: C,
  params: URLSearchParams,
  change: Partial<UrlState<C>>,
): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of Object.keys(change) as (keyof C & string)[]) {
    const raw = codecs[name].write(change[name] as UrlState<C>[typeof name]);
    if (raw === null || raw === "") next.delete(name);
    else next.set(name, raw);
  }
  return next;
}

export type SetUrlState<C> = (change: Partial<UrlState<C>>, options?: { push?: boolean }) => void;

/** Use the parameters of this page's address; `push` makes the change a step that the Back button undoes. */
export function useUrlState<C extends { [K in keyof C]: Codec<UrlState<C>[K]> }>(
  codecs: C,
): [UrlState<C>, SetUrlState<C>] {
  const [params, setParams] = useSearchParams();
  const query = params.toString();
  const state = useMemo(() => readState(codecs, new URLSearchParams(query)), [codecs, query]);
  const set = useCallback<SetUrlState<C>>(
    (change, options) => setParams((before) => writeState(codecs, before, change), { replace: !options?.push }),
    [codecs, setParams],
  );
  return [state, set];
}
