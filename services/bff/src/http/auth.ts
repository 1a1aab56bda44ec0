import type { FastifyReply, FastifyRequest } from "fastify";
import * as contracts from "@opl/contracts/http/bff-sign-in";
import { psuRoute, route } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { sessionCookieOf } from "../session/cookie.ts";
import type { SignedIn } from "../session/people.ts";
import { signedInOf, visitorOf } from "../session/visitor.ts";
import { confirmByPassword } from "../usecases/confirm-presence.ts";
import { signIn } from "../usecases/sign-in.ts";
import { signOutElsewhere } from "../usecases/sign-out-elsewhere.ts";
import { signUp } from "../usecases/sign-up.ts";

export function authRoutes(ctx: Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "people" | "proxies" | "signUpsPerHour">): readonly BoundRoute[] {
  return [
    route(contracts.signUp, async ({ body, request }) => {
      await signUp(ctx, { ...body, ipAddress: visitorOf(request, ctx.proxies).ipAddress });
      return { accepted: true as const };
    }),
    route(contracts.signIn, async ({ body, request, reply }) => {
      const { value, cookies } = await signIn(ctx, { ...body, visitor: visitorOf(request, ctx.proxies), formerCookie: cookieOf(request) });
      reply.header("set-cookie", [...cookies]);
      return shown(value);
    }),
    route(contracts.signOut, async ({ request, reply }) => {
      await leave(ctx, request, reply);
    }),
    psuRoute(contracts.signOutElsewhere, async ({ request, psu }) => {
      await signOutElsewhere(ctx, { psuId: psu.psuId, keepSessionId: signedInOf(request).sessionId });
    }),
    psuRoute(contracts.confirmByPassword, async ({ request, body }) => {
      await confirmByPassword(ctx, signedInOf(request), body.password);
    }),
  ];
}

/** Ends the session of a request; the browser forgets the cookie and what it kept of our answers (US-28). */
async function leave({ overviews, people }: Pick<BffContext, "overviews" | "people">, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { value: who, cookies } = await people.signOut(cookieOf(request));
  if (who !== undefined) overviews.drop(who.psuId);
  reply.headers({ "set-cookie": [...cookies], "clear-site-data": '"cache"' });
}

function cookieOf(request: FastifyRequest): string | undefined {
  return sessionCookieOf(request.headers.cookie);
}

function shown({ psuId, name, email }: SignedIn): { psuId: string; name: string; email: string } {
  return { psuId, name, email };
}
