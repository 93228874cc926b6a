import { describe, expect, it } from "vitest";
import document from "../../../../docs/openapi.json";
import { exampleOf, type OpenApi, readGroups, type Schema, search, typeWords } from "./openapi";

const api = document as unknown as OpenApi;
const groups = readGroups(api);
const calls = groups.flatMap((group) => group.calls);

describe("the contract of this repository", () => {
  it("has every operation once, under its own anchor", () => {
    const operations = Object.values(api.paths).flatMap((methods) => Object.keys(methods));
    expect(calls).toHaveLength(operations.length);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(operations.length);
  });

  it("tells the scope of each call, and of an open one that there is none", () => {
    const scopes = Object.fromEntries(calls.map(({ method, path, scope }) => [`${method} ${path}`, scope]));
    expect(scopes).toMatchObject({
      "POST /tickets": "submit",
      "POST /dead-letters/redrive": "operate",
      "GET /health": null,
    });
  });

  it("has a shape for every name that a type mentions", () => {
    const schemas = (schema: Schema): Schema[] => [schema, ...Object.values(schema.properties ?? {})];
    const names = [
      ...Object.values(api.components.schemas),
      ...calls.flatMap(({ body }) => body.map((it) => it.schema)),
    ]
      .flatMap(schemas)
      .flatMap((schema) => typeWords(schema).flatMap(({ shape }) => shape ?? []));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in api.components.schemas))).toEqual([]);
  });

  it("makes an example that can be posted", () => {
    const schema = calls.find(({ id }) => id === "post-tickets")?.body[0]?.schema ?? {};
    expect(exampleOf(schema, api.components.schemas)).toHaveProperty("description", expect.stringMatching(/\w/));
  });
});

describe("the search", () => {
  it("wants every word, wherever it stands", () => {
    const paths = (query: string) => search(groups, query).flatMap((group) => group.calls.map(({ path }) => path));
    expect(paths("redrive OPERATE")).toEqual(["/dead-letters/redrive"]);
    expect(paths("redrive submit")).toEqual([]);
    expect(paths("")).toHaveLength(calls.length);
  });
});

it.each<[Schema, string]>([
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string or null"],
  [{ type: "array", items: { $ref: "#/components/schemas/Ticket" } }, "list of Ticket"],
  [{ type: "object", additionalProperties: { type: "integer" } }, "map of integer"],
  [{ enum: ["ok", "failing"] }, '"ok" or "failing"'],
  [{}, "any"],
])("writes the type %j as %s", (schema, words) => {
  expect(
    typeWords(schema)
      .map(({ text }) => text)
      .join(""),
  ).toBe(words);
});
