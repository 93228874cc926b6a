/** The same request for a shell and for Python; the key is the variable KEY in both. */
import { formatCurl } from "@/format/curl";
import { bodyOf, type Draft } from "./presets";

export function asCurl(draft: Draft): string {
  return formatCurl("POST", "/tickets", bodyOf(draft));
}

/** A JSON text of strings alone is a Python literal, too. */
export function asPython(draft: Draft): string {
  const body = JSON.stringify(bodyOf(draft), null, 4).replaceAll("\n", "\n    ");
  return `import json, os, urllib.request

request = urllib.request.Request(
    "${window.location.origin}/tickets",
    data=json.dumps(
        ${body.replaceAll("\n", "\n    ")}
    ).encode(),
    headers={"Authorization": f"Bearer {os.environ['KEY']}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    print(answer.status, json.load(answer))
`;
}
