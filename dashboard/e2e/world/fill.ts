import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { PYTHON, ROOT, type Stack } from "./stack";

/** Put tickets into the store, past the model: see fill.py. */
export async function fill(stack: Stack, kind: "scored" | "failed", count: number): Promise<void> {
  const words = [join(import.meta.dirname, "fill.py"), stack.file.redis_url, kind, String(count)];
  await promisify(execFile)(PYTHON, words, { cwd: ROOT });
}
