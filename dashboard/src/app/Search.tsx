import { Search as Glass } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { useHotkeys } from "./hotkeys";
import styles from "./Search.module.css";

/** Searches subjects and descriptions: goes to the queue with `q`. */
export function Search() {
  const [params] = useSearchParams();
  const [location, navigate] = useLocation();
  const current = location === "/queue" ? (params.get("q") ?? "") : "";
  const [words, setWords] = useState(current);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setWords(current), [current]);
  useHotkeys([
    {
      keys: "/",
      does: "Search",
      run: () => {
        input.current?.focus();
        input.current?.select();
      },
    },
  ]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const next = new URLSearchParams(location === "/queue" ? params : {});
    const range = params.get("range");
    if (range) next.set("range", range);
    if (words.trim()) next.set("q", words.trim());
    else next.delete("q");
    navigate(next.size > 0 ? `/queue?${next}` : "/queue");
    input.current?.blur();
  }

  return (
    <search className={styles.search}>
      <form onSubmit={submit}>
        <Glass size={14} className={styles.glass} aria-hidden />
        <input
          ref={input}
          className={styles.input}
          type="search"
          aria-label="Search tickets by words"
          placeholder="Search tickets"
          maxLength={200}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
        />
        <span className={styles.key} aria-hidden="true">
          /
        </span>
      </form>
    </search>
  );
}
