import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

export interface Relay extends AsyncDisposable {
  readonly port: number;
}

/** Passes bytes on between a client and a port of this machine; `onAnswer` may wait, or keep the bytes back by answering false. */
export async function startRelay(
  port: number,
  { onConnection, onAnswer = async () => true }: { onConnection?: () => void; onAnswer?: () => Promise<boolean> },
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    onConnection?.();
    const bank = connect(port, "127.0.0.1");
    for (const socket of [client, bank]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    client.pipe(bank);
    let waiting = Promise.resolve(true);
    bank.on("data", (bytes: Buffer) => {
      waiting = waiting.then(async (open) => open && (await onAnswer()) && client.write(bytes) !== undefined);
    });
    bank.on("end", () => void waiting.then(() => client.end()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
