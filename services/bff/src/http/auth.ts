import type { FastifyReply, FastifyRequest } from "fastify";
import * as contracts from "@opl/contracts/http/bff-sign-in";
import { psuRoute, route } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { ceremonyCookie, ceremonyTokenOf, sessionCookieOf } from "../session/cookie.ts";
import type { SignedIn } from "../session/people.ts";
import { sessionOf, signedInOf, visitorOf } from "../session/visitor.ts";
import { beginConfirmByPasskey, confirmByPasskey, confirmByPassword } from "../usecases/confirm-presence.ts";
import type { Arrival } from "../usecases/enter.ts";
import { beginPasskeySignIn, beginPasskeySignUp, enterAfterSignUp, signInByPasskey, signUpByPasskey } from "../usecases/passkey-sign-in.ts";
import { beginRecovery, finishRecovery } from "../usecases/recovery.ts";
import { finishSignIn, signIn } from "../usecases/sign-in.ts";
import { signOutElsewhere } from "../usecases/sign-out-elsewhere.ts";
import { signUp } from "../usecases/sign-up.ts";
import { beginSingleSignOn, finishSingleSignOn } from "../usecases/single-sign-on.ts";
import { withCookies } from "./ways-in.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "passkeys" | "people" | "proxies" | "signUpsPerHour" | "singleSignOn">;

export function authRoutes(ctx: Context): readonly BoundRoute[] {
  const from = (request: FastifyRequest): Arrival => ({
    visitor: visitorOf(request, ctx.proxies),
    formerCookie: sessionCookieOf(request.headers.cookie),
    ceremony: ceremonyTokenOf(request.headers.cookie),
  });
  const ipAddressOf = (request: FastifyRequest): string => visitorOf(request, ctx.proxies).ipAddress;
  return [
    route(contracts.signUp, async ({ body, request }) => {
      await signUp(ctx, { ...body, ipAddress: ipAddressOf(request) });
      return { accepted: true as const };
    }),
    route(contracts.signIn, async ({ body, request, reply }) => {
      const signedIn = withCookies(reply, await signIn(ctx, body, from(request)));
      return signedIn === undefined ? { next: "second-factor" as const } : shown(signedIn);
    }),
    route(contracts.finishSignIn, async ({ body, request, reply }) => shown(withCookies(reply, await finishSignIn(ctx, body.code, from(request))))),
    route(contracts.beginPasskeySignIn, async ({ request, reply }) => ({ options: withCookies(reply, await beginPasskeySignIn(ctx, ipAddressOf(request))) })),
    route(contracts.signInByPasskey, async ({ body, request, reply }) => shown(withCookies(reply, await signInByPasskey(ctx, body.answer, from(request))))),
    route(contracts.beginPasskeySignUp, async ({ body, request, reply }) => ({
      options: withCookies(reply, await beginPasskeySignUp(ctx, { ...body, ipAddress: ipAddressOf(request) })),
    })),
    route(contracts.signUpByPasskey, async ({ body, request, reply }) => {
      withCookies(reply, await signUpByPasskey(ctx, body.answer, from(request)));
      return { accepted: true as const };
    }),
    route(contracts.enterAfterSignUp, async ({ request, reply }) => shown(withCookies(reply, await enterAfterSignUp(ctx, from(request))))),
    route(contracts.beginRecovery, async ({ body, request, reply }) => {
      reply.header("set-cookie", await beginRecovery(ctx, { ...body, ipAddress: ipAddressOf(request) }));
    }),
    route(contracts.finishRecovery, async ({ body, request, reply }) => {
      await finishRecovery(ctx, body.password, from(request).ceremony);
      reply.header("set-cookie", ceremonyCookie(undefined));
    }),
    route(contracts.getProvider, async () => ({ singleSignOn: ctx.singleSignOn === undefined ? null : { name: ctx.singleSignOn.name } })),
    route(contracts.beginSingleSignOn, async ({ request, reply }) => withCookies(reply, await beginSingleSignOn(ctx, { ipAddress: ipAddressOf(request) }))),
    route(contracts.finishSingleSignOn, async ({ body, request, reply }) => {
      const here = await sessionOf(request, ctx.people);
      return withCookies(reply, await finishSingleSignOn(ctx, { parameters: body.parameters, here, from: from(request) }));
    }),
    route(contracts.signOut, async ({ request, reply }) => {
      await leave(ctx, request, reply);
    }),
    psuRoute(contracts.signOutElsewhere, async ({ request, psu }) => {
      await signOutElsewhere(ctx, { psuId: psu.psuId, keepSessionId: signedInOf(request).sessionId });
    }),
    psuRoute(contracts.confirmByPassword, async ({ request, body }) => {
      await confirmByPassword(ctx, signedInOf(request), body);
    }),
    psuRoute(contracts.beginConfirmByPasskey, async ({ request, reply }) => ({
      options: withCookies(reply, await beginConfirmByPasskey(ctx, signedInOf(request))),
    })),
    psuRoute(contracts.confirmByPasskey, async ({ request, body }) => {
      await confirmByPasskey(ctx, signedInOf(request), body.answer, ceremonyTokenOf(request.headers.cookie));
    }),
  ];
}

/** Ends the session of a request; the browser forgets the cookie and what it kept of our answers (US-28). */
async function leave({ overviews, people }: Pick<BffContext, "overviews" | "people">, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { value: who, cookies } = await people.signOut(sessionCookieOf(request.headers.cookie));
  if (who !== undefined) overviews.drop(who.psuId);
  reply.headers({ "set-cookie": [...cookies], "clear-site-data": '"cache"' });
}

function shown({ psuId, name, email }: SignedIn): { psuId: string; name: string; email: string } {
  return { psuId, name, email };
}
