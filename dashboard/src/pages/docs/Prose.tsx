import { Fragment } from "react";

/** A sentence of the document; what stands between backticks is code. */
export function Prose({ text }: { text: string }) {
  return text.split("`").map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
    <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>
  ));
}
