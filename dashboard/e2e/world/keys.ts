/** Another API key, brought to a stack as to a deployment: `python -m local key`, then the entry into the secret. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Make a key that may do no more than `scopes`. The stack reads its keys once a minute: before its first request. */
export async function addKey(python: string, root: string, awsUrl: string, scopes: readonly string[]): Promise<string> {
  const words = ["-m", "local", "key", scopes.join("-"), ...scopes.flatMap((scope) => ["--scope", scope])];
  const { stdout } = await run(python, words, { cwd: root });
  const [key, entry] = stdout.trim().split("\n");
  if (!key || !entry) throw new Error(`No key and entry: ${stdout}`);
  const name = await nameOfSecret(awsUrl);
  const { SecretString } = await secrets<{ SecretString: string }>(awsUrl, "GetSecretValue", { SecretId: name });
  const document = JSON.parse(SecretString) as { keys: unknown[] };
  document.keys.push(JSON.parse(entry));
  await secrets(awsUrl, "PutSecretValue", { SecretId: name, SecretString: JSON.stringify(document) });
  return key;
}

async function nameOfSecret(awsUrl: string): Promise<string> {
  const { SecretList } = await secrets<{ SecretList: { Name: string; ARN: string }[] }>(awsUrl, "ListSecrets", {});
  const names = SecretList.map(({ Name }) => Name).filter((it) => /api-?keys/i.test(it));
  if (names.length !== 1 || !names[0])
    throw new Error(`Which one has the API keys? ${SecretList.map((it) => it.Name)}`);
  return names[0];
}

/** Call the emulator, which checks no signatures, as local/aws.py does. */
async function secrets<T>(awsUrl: string, operation: string, body: object): Promise<T> {
  const scope = "local/20260101/us-east-1/secretsmanager/aws4_request";
  const response = await fetch(awsUrl, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "X-Amz-Target": `secretsmanager.${operation}`,
      "Content-Type": "application/x-amz-json-1.1",
      Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
  });
  if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
  return (await response.json()) as T;
}
