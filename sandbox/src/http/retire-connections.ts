import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyInstance {
    /** Ends the connections there are, those that are busy after their answer: who comes next shakes hands anew. */
    retireConnections(): void;
  }
}

/** Gives the server its {@link FastifyInstance.retireConnections}. */
export function withRetirableConnections(server: FastifyInstance): void {
  const open = new Set<Socket>();
  const retired = new WeakSet<Socket>();
  server.server.on("secureConnection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.addHook("onRequest", async ({ raw: { socket } }, reply) => {
    reply.raw.once("close", () => {
      if (retired.has(socket)) socket.end();
    });
  });
  server.addHook("onSend", async ({ raw: { socket } }, reply) => {
    if (retired.has(socket)) reply.header("connection", "close");
  });
  server.decorate("retireConnections", () => {
    for (const socket of open) retired.add(socket);
    server.server.closeIdleConnections();
  });
}
