/** A request as a command line. The key is a shell variable: a copied command must not carry it. */
export function formatCurl(method: string, path: string, body?: unknown, { key = true } = {}): string {
  const words = ["curl -s"];
  if (method !== "GET") words.push(`-X ${method}`);
  words.push(quote(`${window.location.origin}${path}`));
  if (key) words.push('-H "Authorization: Bearer $KEY"');
  if (body !== undefined) words.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(body))}`);
  return words.join(" ");
}

function quote(word: string): string {
  return /^[\w:/.,@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
