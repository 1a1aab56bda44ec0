import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

/** A host that is not the bank's, on this very machine: a call to it would arrive, and be counted. */
export interface ForeignHost extends AsyncDisposable {
  readonly origin: string;
  connections(): number;
}

export async function startForeignHost(): Promise<ForeignHost> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())),
  };
}
