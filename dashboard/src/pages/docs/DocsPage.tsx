import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { text, useUrlState } from "@/app/urlState";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { TextField } from "@/components/TextField";
import { CallView } from "./CallView";
import styles from "./DocsPage.module.css";
import { Guide } from "./Guide";
import { type Group, type OpenApi, readGroups, search } from "./openapi";
import { Prose } from "./Prose";
import { Shapes } from "./Shapes";

const STATE = { q: text() };

/** The anchor in the address: the call or shape that is open. */
function useAnchor(): string {
  const [anchor, setAnchor] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const follow = () => setAnchor(window.location.hash.slice(1));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return anchor;
}

/** The contract of the API, as this router serves it: read from /openapi.json, so that it cannot be out of date. */
export default function DocsPage() {
  const { data, error, refetch } = useQuery<OpenApi, ApiError>({
    queryKey: ["openapi"],
    queryFn: async ({ signal }) => (await read(api.GET("/openapi.json", { signal }))) as OpenApi,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={16} label="Reading the API's description" />;
  return <Contract document={data} />;
}

function Contract({ document }: { document: OpenApi }) {
  const [{ q }, setState] = useUrlState(STATE);
  const anchor = useAnchor();
  const query = useDeferredValue(q);
  const groups = useMemo(() => readGroups(document), [document]);
  const found = useMemo(() => search(groups, query), [groups, query]);
  useScrollTo(anchor);
  return (
    <div className={styles.page}>
      <div className={styles.index}>
        <TextField
          label="Search the calls"
          type="search"
          placeholder="path, scope or words"
          value={q}
          onChange={(event) => setState({ q: event.target.value })}
        />
        <Index groups={found} anchor={anchor} />
      </div>
      <div className={styles.body}>
        {!query && <Guide document={document} />}
        {found.length === 0 && <EmptyState title="No call matches this search" />}
        {found.map((group) => (
          <section key={group.name} aria-labelledby={`group-${group.name}`}>
            <h2 id={`group-${group.name}`} className={styles.group}>
              {group.name}
            </h2>
            <p className={styles.about}>
              <Prose text={group.description} />
            </p>
            <div className={styles.calls}>
              {group.calls.map((call) => (
                <CallView key={call.id} call={call} shapes={document.components.schemas} open={call.id === anchor} />
              ))}
            </div>
          </section>
        ))}
        {!query && <Shapes shapes={document.components.schemas} anchor={anchor} />}
      </div>
    </div>
  );
}

/** Show what the address names, also when the document arrives after the page. */
function useScrollTo(anchor: string): void {
  useEffect(() => {
    if (anchor) window.document.getElementById(anchor)?.scrollIntoView({ block: "start" });
  }, [anchor]);
}

function Index({ groups, anchor }: { groups: readonly Group[]; anchor: string }) {
  return (
    <nav aria-label="Calls" className={styles.links}>
      {groups.map(({ name, calls }) => (
        <div key={name}>
          <h3 className={styles.heading}>{name}</h3>
          <ul>
            {calls.map(({ id, method, path }) => (
              <li key={id}>
                <a href={`#${id}`} className={styles.link} aria-current={id === anchor ? "location" : undefined}>
                  <span className={styles.verb}>{method}</span>
                  <span className={styles.path}>{path}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
