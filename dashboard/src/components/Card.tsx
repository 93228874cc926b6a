import { type ReactNode, useId } from "react";
import styles from "./Card.module.css";
import { cx } from "./cx";

type CardProps = {
  title: string;
  /** A figure or a few words after the title. */
  note?: ReactNode;
  /** Buttons and links on the right. */
  actions?: ReactNode;
  /** Without padding, for tables that reach the border. */
  flush?: boolean;
  className?: string | undefined;
  children: ReactNode;
};

/** A part of a page with a heading. */
export function Card({ title, note, actions, flush = false, className, children }: CardProps) {
  const id = useId();
  return (
    <section className={cx(styles.card, className)} aria-labelledby={id}>
      <header className={styles.header}>
        <h2 id={id}>{title}</h2>
        {note && <span className={styles.note}>{note}</span>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={flush ? undefined : styles.body}>{children}</div>
    </section>
  );
}
