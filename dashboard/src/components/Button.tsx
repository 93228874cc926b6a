import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import styles from "./Button.module.css";
import { cx } from "./cx";

type ButtonProps = ComponentProps<"button"> & {
  /** `primary`: the one thing to do here; `danger`: what cannot be taken back. */
  variant?: "default" | "primary" | "danger" | "quiet";
  icon?: LucideIcon;
  busy?: boolean;
};

export function Button({ variant = "default", icon: Icon, busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cx(styles.button, styles[variant], className)}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
    >
      {Icon && <Icon size={14} aria-hidden />}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & { icon: LucideIcon; label: string };

/** A button that is an icon; `label` is its name, also as a tooltip. */
export function IconButton({ icon: Icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} aria-label={label} title={label} className={cx(styles.icon, className)}>
      <Icon size={16} aria-hidden />
    </button>
  );
}
