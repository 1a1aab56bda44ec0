import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { defineRoute } from "@opl/contracts/http";
import { psuRoute, route } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { sessionCookieOf } from "../session/cookie.ts";
import type { SignedIn } from "../session/people.ts";
import { signedInOf, visitorOf } from "../session/visitor.ts";
import { signIn } from "../usecases/sign-in.ts";
import { signOutElsewhere } from "../usecases/sign-out-elsewhere.ts";
import { signUp } from "../usecases/sign-up.ts";

const open = { callers: ["browser"], psu: "none", method: "POST", idempotent: false } as const;
const email = z.email().max(254);
/** Longer ones than we allow are let through to get a clear answer instead of a schema error. */
const password = z.string().min(1).max(1_000);

const signUpContract = defineRoute({
  ...open,
  operationId: "signUp",
  path: "/api/auth/sign-up/email",
  summary: "Make a person. The answer is the same when the address is taken; signing in is a second step.",
  body: z.strictObject({ name: z.string().trim().min(1).max(200), email, password }),
  status: 200,
  response: z.object({ accepted: z.literal(true) }),
});
const signInContract = defineRoute({
  ...open,
  operationId: "signIn",
  path: "/api/auth/sign-in/email",
  summary: "Begin a session; its id is in the cookie alone.",
  body: z.strictObject({ email: z.string().min(1).max(254), password }),
  status: 200,
  response: z.object({ psuId: z.uuid(), name: z.string(), email: z.string() }),
});
const signOutContract = defineRoute({
  ...open,
  operationId: "signOut",
  path: "/api/auth/sign-out",
  summary: "End this session and its event streams.",
  status: 204,
  response: null,
});
const signOutElsewhereContract = defineRoute({
  ...open,
  psu: "required",
  operationId: "signOutElsewhere",
  path: "/api/auth/revoke-other-sessions",
  summary: "End every session of the person but this one.",
  status: 204,
  response: null,
});

/** Contracts of signing in and out, for the API document. */
export const authContracts = { signUp: signUpContract, signIn: signInContract, signOut: signOutContract, signOutElsewhere: signOutElsewhereContract };

export function authRoutes(ctx: Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "people" | "proxies" | "signUpsPerHour">): readonly BoundRoute[] {
  return [
    route(signUpContract, async ({ body, request }) => {
      await signUp(ctx, { ...body, ipAddress: visitorOf(request, ctx.proxies).ipAddress });
      return { accepted: true as const };
    }),
    route(signInContract, async ({ body, request, reply }) => {
      const { value, cookies } = await signIn(ctx, { ...body, visitor: visitorOf(request, ctx.proxies), formerCookie: cookieOf(request) });
      reply.header("set-cookie", [...cookies]);
      return shown(value);
    }),
    route(signOutContract, async ({ request, reply }) => {
      await leave(ctx, request, reply);
    }),
    psuRoute(signOutElsewhereContract, async ({ request, psu }) => {
      await signOutElsewhere(ctx, { psuId: psu.psuId, keepSessionId: signedInOf(request).sessionId });
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
