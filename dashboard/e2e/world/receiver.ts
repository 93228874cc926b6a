/** A webhook receiver of a test's own: it answers as it is told, and remembers what came. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Arrival = { id: string; body: string; answered: number };

export class Receiver {
  readonly arrivals: Arrival[] = [];
  /** Status of the answers from now on. */
  status = 200;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        this.arrivals.push({ id: String(request.headers["webhook-id"]), body, answered: this.status });
        response.writeHead(this.status).end(this.status < 300 ? "ok" : "not today");
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
