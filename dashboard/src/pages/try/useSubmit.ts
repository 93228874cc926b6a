import { useCallback, useState } from "react";
import { api, read } from "@/api/client";
import { type ApiError, toApiError } from "@/api/problem";
import type { components } from "@/api/schema";
import { bodyOf, type Draft } from "./presets";

export type Posted = {
  /** Of this page, not of the ticket. */
  key: number;
  draft: Draft;
  postedAt: number;
  /** From sending the request to having read the answer, as this browser measured it. */
  tookMs: number;
  answer: components["schemas"]["AcceptedTicket"] | null;
  refusal: ApiError | null;
};

const KEPT = 30;
let nextKey = 0;

async function post(draft: Draft): Promise<Posted> {
  const key = nextKey++;
  const postedAt = Date.now();
  const start = performance.now();
  const outcome = await read(api.POST("/tickets", { body: bodyOf(draft) })).then(
    (answer) => ({ answer, refusal: null }),
    (thrown: unknown) => ({ answer: null, refusal: toApiError(thrown) }),
  );
  return { key, draft, postedAt, tookMs: performance.now() - start, ...outcome };
}

/** Posts tickets and remembers, newest first, what was posted from this page. */
export function useSubmit() {
  const [posted, setPosted] = useState<readonly Posted[]>([]);
  const [busy, setBusy] = useState(false);
  const submit = useCallback(async (drafts: readonly Draft[]) => {
    setBusy(true);
    const done = await Promise.all(drafts.map(post));
    setPosted((before) => [...done, ...before].slice(0, KEPT));
    setBusy(false);
    return done;
  }, []);
  return { posted, busy, submit };
}
