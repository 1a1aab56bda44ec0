import type { FastifyInstance } from "fastify";
import type { BffContext } from "../context.ts";
import { errors } from "../errors.ts";
import type { Sink } from "../live/hub.ts";
import { renewedCookiesOf, sessionOf } from "../session/visitor.ts";

/** `GET /api/live`: the stream of what changes, for who is signed in. */
export function registerLive(fastify: FastifyInstance, { hub, people }: Pick<BffContext, "hub" | "people">): void {
  fastify.get("/api/live", async (request, reply) => {
    const session = await sessionOf(request, people);
    if (session === undefined) throw errors.ERR_NOT_SIGNED_IN();
    const lastEventId = request.headers["last-event-id"];
    const { raw } = reply;
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      // Headers set so far (policy, cookies) are ours to send: the framework is out of the game from here on.
      reply.hijack();
      const cookies = renewedCookiesOf(request);
      if (cookies.length > 0) reply.header("set-cookie", [...cookies]);
      raw.writeHead(200, {
        ...reply.getHeaders(),
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      } as Record<string, string>);
    };
    const sink: Sink = {
      write: (text) => {
        begin();
        raw.write(text);
      },
      waiting: () => raw.writableLength,
      end: () => {
        begin();
        raw.end();
      },
      cut: () => raw.destroy(),
    };
    const leave = await hub.open(
      { psuId: session.psuId, sessionId: session.sessionId, lastEventId: typeof lastEventId === "string" ? lastEventId : undefined },
      sink,
    );
    raw.on("close", leave);
    // The browser may have gone while we looked for the place to begin.
    if (raw.destroyed) leave();
    begin();
    return reply;
  });
  // Streams never end by themselves; without this a stopping server would wait for them.
  fastify.addHook("preClose", async () => hub.close());
}
