/**
 * Asks for changes again and again: a chain of timers, so that a slow answer never makes requests pile up.
 *
 * It knows no React and no HTTP: `load` does the request, `take` puts the answer to use.
 */
import type { ApiError } from "@/api/problem";
import { toApiError } from "@/api/problem";
import type { Changes } from "@/api/types";

export type Loaded = { changes: Changes; etag: string | null };

export type Ports = {
  /** Null if nothing has changed (304). */
  load: (since: string | null, etag: string | null, signal: AbortSignal) => Promise<Loaded | null>;
  take: (changes: Changes) => void;
  /** What is cached may be older than the cursor: fetch it again. */
  restart: () => void;
};

export type PollState = {
  updatedAt: number | null;
  requestedAt: number | null;
  intervalMs: number;
  paused: boolean;
  /** When the next try is due after a failure; null while all is well. */
  retryAt: number | null;
  error: ApiError | null;
  /** The server's clock minus ours, in ms. */
  offsetMs: number;
  summary: Changes["summary"] | null;
  health: Changes["health"] | null;
};

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;
const TIMEOUT_MS = 15_000;
const START: PollState = {
  updatedAt: null,
  requestedAt: null,
  intervalMs: 5000,
  paused: false,
  retryAt: null,
  error: null,
  offsetMs: 0,
  summary: null,
  health: null,
};

export class Poller {
  private state = START;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: AbortController | null = null;
  private cursor: string | null = null;
  private etag: string | null = null;
  private failures = 0;
  private asleep = true;
  /** Whether changes may have happened that no cursor covers. */
  private missed = false;

  constructor(private readonly ports: Ports) {}

  readonly getState = (): PollState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begin, or go on after `sleep`, at once. */
  readonly wake = (): void => {
    this.asleep = false;
    if (!this.state.paused) void this.poll();
  };

  /** Do nothing until `wake`: nobody is looking. */
  readonly sleep = (): void => {
    this.asleep = true;
    this.halt();
  };

  readonly setPaused = (paused: boolean): void => {
    this.change({ paused });
    if (paused) this.halt();
    else if (!this.asleep) void this.poll();
  };

  /** Ask now, also when paused. */
  readonly refresh = (): void => void this.poll();

  private halt(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
    this.change({ requestedAt: null, retryAt: null });
  }

  private change(part: Partial<PollState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }

  private async poll(): Promise<void> {
    this.halt();
    const request = new AbortController();
    this.request = request;
    this.change({ requestedAt: Date.now() });
    const timeout = setTimeout(() => request.abort(new Error("no answer within 15 s")), TIMEOUT_MS);
    try {
      const loaded = await this.ports.load(this.cursor, this.etag, request.signal);
      if (this.request === request) this.succeed(loaded);
    } catch (thrown) {
      if (this.request === request) this.fail(toApiError(request.signal.aborted ? request.signal.reason : thrown));
    } finally {
      clearTimeout(timeout);
    }
  }

  private succeed(loaded: Loaded | null): void {
    const now = Date.now();
    const known = { updatedAt: now, requestedAt: null, retryAt: null, error: null };
    this.failures = 0;
    this.request = null;
    if (!loaded) {
      this.change(known);
      this.next(this.state.intervalMs);
      return;
    }
    const { changes, etag } = loaded;
    const missed = this.missed;
    this.missed = false;
    this.cursor = changes.cursor;
    this.etag = etag;
    this.change({
      ...known,
      intervalMs: changes.poll_after_ms,
      offsetMs: Date.parse(changes.as_of) - now,
      summary: changes.summary,
      health: changes.health,
    });
    if (missed) this.ports.restart();
    this.ports.take(changes);
    this.next(changes.more ? 0 : changes.poll_after_ms);
  }

  private fail(error: ApiError): void {
    this.request = null;
    if (error.status === 410) this.cursor = null;
    this.missed ||= this.cursor === null;
    if (error.status === 410) {
      this.etag = null;
      this.change({ requestedAt: null });
      this.next(0);
      return;
    }
    const backOff = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    const waitMs = Math.max(backOff, (error.retryAfterS ?? 0) * 1000);
    this.failures += 1;
    this.change({ requestedAt: null, error, retryAt: Date.now() + waitMs });
    this.next(waitMs);
  }

  private next(waitMs: number): void {
    if (!this.asleep && !this.state.paused) this.timer = setTimeout(() => void this.poll(), waitMs);
  }
}
