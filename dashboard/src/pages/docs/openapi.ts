/** Reads the OpenAPI document: groups of calls, types as words, examples, and which calls a search means. */

export type Schema = {
  $ref?: string;
  type?: string;
  enum?: readonly (string | number | null)[];
  const?: string | number;
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
};

type Contents = Record<string, { schema?: Schema }>;
export type Parameter = { name: string; in: string; required?: boolean; description?: string; schema: Schema };
type Header = { description?: string };
type Response = { description: string; content?: Contents; headers?: Record<string, Header> };
type Operation = {
  tags: readonly string[];
  summary: string;
  description?: string;
  security: readonly Record<string, readonly string[]>[];
  parameters?: readonly Parameter[];
  requestBody?: { content: Contents };
  responses: Record<string, Response>;
};

export type OpenApi = {
  info: { title: string; version: string; description: string };
  tags: readonly { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

export type Shape = { mediaType: string; schema: Schema };
export type Answer = {
  status: string;
  description: string;
  shapes: Shape[];
  headers: [name: string, meaning: string][];
};
export type Call = {
  /** Also the anchor in the page's address: `post-tickets-ticket_id-feedback`. */
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** What the key must be allowed to do; null for a call that is open to everyone. */
  scope: string | null;
  parameters: readonly Parameter[];
  body: Shape[];
  answers: Answer[];
};
export type Group = { name: string; description: string; calls: Call[] };

/** Return the calls by tag, in the order of the document. */
export function readGroups(document: OpenApi): Group[] {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tags: operation.tags,
      call: readCall(method, path, operation),
    })),
  );
  return document.tags.map(({ name, description }) => ({
    name,
    description,
    calls: calls.filter(({ tags }) => tags.includes(name)).map(({ call }) => call),
  }));
}

function readCall(method: string, path: string, operation: Operation): Call {
  return {
    id: `${method}${path}`.replaceAll(/[^a-z_]+/gi, "-").replace(/-$/, ""),
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description ?? "",
    scope: operation.security.flatMap((keys) => Object.values(keys).flat()).join(", ") || null,
    parameters: operation.parameters ?? [],
    body: shapesOf(operation.requestBody?.content),
    answers: Object.entries(operation.responses).map(([status, { description, content, headers }]) => ({
      status,
      description,
      shapes: shapesOf(content),
      headers: Object.entries(headers ?? {}).map(([name, header]) => [name, header.description ?? ""]),
    })),
  };
}

function shapesOf(content: Contents = {}): Shape[] {
  return Object.entries(content).map(([mediaType, { schema }]) => ({ mediaType, schema: schema ?? {} }));
}

/** The name of a shared shape, or null for one that stands where it is used. */
export function shapeName(schema: Schema): string | null {
  return schema.$ref?.split("/").at(-1) ?? null;
}

/** A type as words, in pieces: those with a `shape` are names of shared shapes. */
export type TypeWord = { text: string; shape?: string };

export function typeWords(schema: Schema): TypeWord[] {
  const name = shapeName(schema);
  if (name) return [{ text: name, shape: name }];
  if (schema.anyOf) return join(schema.anyOf.map(typeWords), " or ");
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  if (schema.enum) return [{ text: schema.enum.map((value) => JSON.stringify(value)).join(" or ") }];
  if (schema.type === "array") return [{ text: "list of " }, ...typeWords(schema.items ?? {})];
  if (typeof schema.additionalProperties === "object") {
    return [{ text: "map of " }, ...typeWords(schema.additionalProperties)];
  }
  return [{ text: schema.type ?? "any" }];
}

function join(parts: TypeWord[][], between: string): TypeWord[] {
  return parts.flatMap((words, index) => (index === 0 ? words : [{ text: between }, ...words]));
}

/** An example: the document's own where there is one, else one made from the types; optional fields only if they have one. */
export function exampleOf(schema: Schema, shapes: Record<string, Schema>): unknown {
  const name = shapeName(schema);
  if (name) return exampleOf(shapes[name] ?? {}, shapes);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const real = schema.anyOf?.find(({ type }) => type !== "null");
  if (real) return exampleOf(real, shapes);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key, field]) => schema.required?.includes(key) || field.examples?.length)
          .map(([key, field]) => [key, exampleOf(field, shapes)]),
      );
    case "array":
      return [exampleOf(schema.items ?? {}, shapes)];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 0;
    default:
      return "";
  }
}

/** Keep the calls in which each word appears: in path, summary, descriptions, parameters or scope. */
export function search(groups: readonly Group[], query: string): Group[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (call: Call) => {
    const parameters = call.parameters.map(({ name, description }) => `${name} ${description ?? ""}`);
    const text = [call.method, call.path, call.summary, call.description, call.scope, ...parameters].join(" ");
    return words.every((word) => text.toLowerCase().includes(word));
  };
  return groups
    .map((group) => ({ ...group, calls: group.calls.filter(matches) }))
    .filter(({ calls }) => calls.length > 0);
}
