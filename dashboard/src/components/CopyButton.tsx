import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./Button";

/** Copy a text; says for a moment that it has. */
export function CopyButton({ text, children = "Copy" }: { text: string | (() => string); children?: string }) {
  const [copied, setCopied] = useState<"" | "Copied" | "Not copied">("");
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(""), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied("Copied");
    } catch {
      setCopied("Not copied"); // the browser refuses without https, but on this machine
    }
  }

  return (
    <Button icon={copied === "Copied" ? Check : Copy} onClick={() => void copy()}>
      <span aria-live="polite">{copied || children}</span>
    </Button>
  );
}
