/** Another API key, brought to the running stack as a person does it: `python -m local keys add`. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Make a key that may do no more than `scopes`. The stack reads its keys once a minute: before its first request. */
export async function addKey(python: string, root: string, folder: string, scopes: readonly string[]): Promise<string> {
  const words = ["-m", "local", "keys", "add", scopes.join("-"), ...scopes.flatMap((scope) => ["--scope", scope])];
  const { stdout } = await run(python, [...words, "--state-dir", folder], { cwd: root });
  return stdout.trim();
}
