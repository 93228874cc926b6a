import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, read } from "@/api/client";
import { FakeRouter } from "@/api/fakeRouter";
import { session } from "@/api/session";
import { SignIn } from "./SignIn";

let router: FakeRouter;

beforeEach(() => {
  router = new FakeRouter();
  vi.stubGlobal("fetch", router.fetch);
  session.end();
});
afterEach(() => {
  cleanup();
  session.end();
  vi.unstubAllGlobals();
});

async function signIn(key: string) {
  render(<SignIn />);
  await userEvent.type(screen.getByLabelText("API key"), key);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

it("takes a key that may read, and keeps it in this tab alone", async () => {
  await signIn(" good ");
  expect(session.get()).toEqual({ key: "good", refused: [] });
  expect(sessionStorage.getItem("session")).toContain("good");
  expect(localStorage.getItem("session")).toBeNull();
  expect(window.location.href).not.toContain("good");
});

it("learns what a key may not do", async () => {
  router.keys.set("reader", ["read"]);
  await signIn("reader");
  expect(session.get()).toEqual({ key: "reader", refused: ["submit", "operate"] });
});

it("says that a key is not known, and stays", async () => {
  await signIn("bad");
  expect((await screen.findByRole("alert")).textContent).toContain("does not know this key");
  expect(session.get()).toBeNull();
});

it("says that the router cannot be reached", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await signIn("good");
  expect((await screen.findByRole("alert")).textContent).toContain("could not be reached");
});

it("asks again when the key was taken back", async () => {
  session.start("good");
  router.keys.delete("good");
  await expect(read(api.GET("/stats"))).rejects.toMatchObject({ status: 403 });
  expect([session.get(), session.wasExpired()]).toEqual([null, true]);
});

it("stays signed in when only a scope is missing, and remembers which", async () => {
  session.start("reader");
  router.keys.set("reader", ["read"]);
  const params = { path: { delivery_id: "d-1" } };
  await expect(read(api.GET("/deliveries/{delivery_id}", { params }))).rejects.toMatchObject({ status: 403 });
  expect(session.get()).toEqual({ key: "reader", refused: ["operate"] });
});
