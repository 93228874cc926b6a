import { Frown, type LucideIcon, Meh, Smile } from "lucide-react";
import type { Sentiment } from "@/api/types";
import styles from "./SentimentWord.module.css";

const WORDS: Record<Sentiment, [icon: LucideIcon, word: string]> = {
  negative: [Frown, "Negative"],
  neutral: [Meh, "Neutral"],
  positive: [Smile, "Positive"],
};

export function SentimentWord({ sentiment }: { sentiment: Sentiment | null }) {
  if (sentiment === null) return <span className={styles.word}>No sentiment</span>;
  const [Icon, word] = WORDS[sentiment];
  return (
    <span className={styles.word}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
