import { type FocusEvent, useCallback, useState } from "react";

/** Whether the pointer or the focus is in a part of the page, where nothing may move then; spread `hold` onto it. */
export function useHold() {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const hold = {
    // Not onPointerEnter: React tells nothing of a pointer that stood still when the rows came to be under it.
    onPointerOver: useCallback(() => setPointer(true), []),
    onPointerLeave: useCallback(() => setPointer(false), []),
    onFocus: useCallback(() => setFocus(true), []),
    onBlur: useCallback((event: FocusEvent<HTMLElement>) => {
      // From one link of it to the next the focus stays in it.
      if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false);
    }, []),
  };
  return { held: pointer || focus, hold };
}
