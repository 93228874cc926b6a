/** A local stack for tests alone, started and stopped as a user does it: `python -m local run`, Ctrl-C. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../../src/api/schema";
import { addKey } from "./keys";

export const ROOT = join(import.meta.dirname, "../../..");
export const PYTHON = join(ROOT, ".venv/bin/python");
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 20_000;

/** What stack.json says. */
export type StackFile = { api_url: string; api_key: string; sink_url: string; redis_url: string; sqs_url: string };

/** A destination as `local/destinations.py` reads it. */
export type OwnDestination = { id: string; kind: string; url: string } & Record<string, unknown>;

export type StackOptions = {
  /** Tells stacks apart that are otherwise the same. */
  name?: string;
  /** Template parameters, as `--parameter-overrides` takes them. */
  overrides?: Record<string, string>;
  /** Instead of those at the stack's own sink. */
  destinations?: readonly OwnDestination[];
};

export class Stack {
  readonly api: Client<paths>;

  private constructor(
    readonly file: StackFile,
    /** A key that has the scope read alone. */
    readonly readOnlyKey: string,
    readonly folder: string,
    private readonly process: ChildProcess,
  ) {
    this.api = createClient<paths>({ baseUrl: file.api_url, headers: { Authorization: `Bearer ${file.api_key}` } });
  }

  /** Start one, and wait until every function has initialised. */
  static async start({ overrides = {}, destinations }: StackOptions = {}): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), "ticket-router-ui-"));
    if (destinations) await writeFile(join(folder, "destinations.json"), JSON.stringify(destinations));
    const words = ["-m", "local", "run", "--port", "0", "--state-dir", folder];
    const pairs = Object.entries(overrides).map(([name, value]) => `${name}=${value}`);
    if (pairs.length > 0) words.push("--parameter-overrides", ...pairs);
    const child = spawn(PYTHON, words, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    await isReady(child);
    const file = JSON.parse(await readFile(join(folder, "stack.json"), "utf-8")) as StackFile;
    const readOnlyKey = await addKey(PYTHON, ROOT, folder, ["read"]);
    return new Stack(file, readOnlyKey, folder, child);
  }

  get url(): string {
    return this.file.api_url;
  }

  get key(): string {
    return this.file.api_key;
  }

  async stop(): Promise<void> {
    const { pid } = this.process;
    if (this.process.exitCode === null && pid !== undefined) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGINT");
      const timer = setTimeout(() => process.kill(-pid, "SIGKILL"), STOP_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Wait for the line that says so; what it printed is the reason if it ends instead. */
function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const timer = setTimeout(() => child.kill("SIGINT"), START_LIMIT_MS);
    const take = (chunk: Buffer) => {
      printed += chunk.toString();
      if (!printed.includes("Ready.")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", () => reject(new Error(`The local stack did not start:\n${printed}`)));
  });
}
