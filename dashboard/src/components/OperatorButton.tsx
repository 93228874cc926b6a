import { type ComponentProps, useId } from "react";
import { type Scope, useMay } from "@/api/session";
import { Button } from "./Button";
import { Tooltip } from "./Tooltip";

type OperatorButtonProps = ComponentProps<typeof Button> & { scope?: Scope };

/** A button for what needs a scope. If the API has refused it to this key, the button stays and says why it is off. */
export function OperatorButton({ scope = "operate", onClick, ...rest }: OperatorButtonProps) {
  const may = useMay(scope);
  const id = useId();
  if (may) return <Button {...rest} onClick={onClick} />;
  const why = `This key lacks the scope ${scope}. Sign in with one that has it.`;
  return (
    <>
      <Tooltip text={why}>
        {/* Not `disabled`: that would take away the focus, and with it the reason. */}
        <Button {...rest} type="button" aria-disabled="true" aria-describedby={id} />
      </Tooltip>
      <span id={id} hidden>
        {why}
      </span>
    </>
  );
}
