/** A door before a stack's port, that can be shut: then connections are refused, as if no router ran there. */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

export class Door {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  constructor(private readonly target: URL) {}

  get url(): string {
    return `http://${this.target.hostname}:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((outside) => {
      const inside = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [outside, inside]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          this.sockets.delete(socket);
          outside.destroy();
          inside.destroy();
        });
      }
      outside.pipe(inside).pipe(outside);
    });
    await new Promise<void>((resolve) => server.listen(this.port, this.target.hostname, resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Refuse who comes, and drop who is there. */
  async shut(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
