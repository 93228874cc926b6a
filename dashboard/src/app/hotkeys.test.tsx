import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { useHotkeyListener, useHotkeys } from "./hotkeys";
import { setLetterKeys } from "./letterKeys";

/** A page with some keys, a field, a link and a dialog; notes which keys did something. */
function setUp(dialog = false) {
  const done: string[] = [];
  function Page() {
    useHotkeyListener();
    useHotkeys(["j", "g q", "q", "Enter", "Shift+J"].map((keys) => ({ keys, does: keys, run: () => done.push(keys) })));
    return (
      <>
        <input aria-label="field" />
        <input type="checkbox" aria-label="box" />
        <a href="/x">Overview</a>
        {dialog && <dialog open />}
      </>
    );
  }
  const view = render(<Page />);
  const press = (key: string, on: Element = document.body, init = {}) => fireEvent.keyDown(on, { key, ...init });
  return { ...view, done, press };
}

afterEach(() => {
  cleanup();
  setLetterKeys(true);
});

describe("a key", () => {
  it("does what was said, alone or after another one", () => {
    const { done, press } = setUp();
    for (const key of ["j", "g", "q", "q"]) press(key);
    press("J", document.body, { shiftKey: true });
    expect(done).toEqual(["j", "g q", "q", "Shift+J"]);
  });

  it("does nothing if it is a letter and those are turned off", () => {
    const { done, press } = setUp();
    setLetterKeys(false);
    for (const key of ["j", "g", "q", "Enter"]) press(key);
    expect(done).toEqual(["Enter"]);
    setLetterKeys(true);
    press("j");
    expect(done).toEqual(["Enter", "j"]);
  });

  it("is left to fields, links and shortcuts of the browser", () => {
    const { done, press, getByLabelText, getByText } = setUp();
    press("j", getByLabelText("field"));
    press("Enter", getByText("Overview"));
    press("j", document.body, { ctrlKey: true });
    expect(done).toEqual([]);
    press("j", getByLabelText("box"));
    press("Enter");
    expect(done).toEqual(["j", "Enter"]);
  });

  it("does nothing behind a dialog", () => {
    const { done, press } = setUp(true);
    press("j");
    expect(done).toEqual([]);
  });

  it("does nothing any more when its component is gone", () => {
    const { done, press, unmount } = setUp();
    unmount();
    press("j");
    expect(done).toEqual([]);
  });
});
