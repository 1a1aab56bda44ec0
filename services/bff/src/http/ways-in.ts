import type { FastifyReply } from "fastify";
import { inTransaction } from "@opl/postgres";
import * as contracts from "@opl/contracts/http/bff-security";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { passkeysOf, renamePasskey } from "../db/passkey-store.ts";
import { deleteLink, findPasswordHash, isLinked } from "../db/person-store.ts";
import { countRecoveryCodes } from "../db/recovery-code-store.ts";
import { errors } from "../errors.ts";
import { ceremonyTokenOf } from "../session/cookie.ts";
import type { WithCookies } from "../session/people.ts";
import { signedInOf, visitorOf } from "../session/visitor.ts";
import { changeEmail } from "../usecases/change-email.ts";
import { changePassword, removePassword } from "../usecases/change-password.ts";
import { needsCode } from "../usecases/check-code.ts";
import { addPasskey, beginNewPasskey, removePasskey } from "../usecases/passkeys.ts";
import { beginSecondFactor, confirmNewSecondFactor, removeSecondFactor, renewRecoveryCodes } from "../usecases/second-factor.ts";
import { beginSingleSignOn } from "../usecases/single-sign-on.ts";

type Context = Pick<BffContext, "clock" | "db" | "keys" | "overviews" | "passkeys" | "people" | "proxies" | "signUpsPerHour" | "singleSignOn">;

/** How a person gets in, as they see and change it in their settings. */
export function waysInRoutes(ctx: Context): readonly BoundRoute[] {
  const { db } = ctx;
  return [
    psuRoute(contracts.getSecurity, async ({ psu: { psuId } }) => {
      const [passkeys, password, secondFactor, recoveryCodesLeft, linked] = await Promise.all([
        passkeysOf(db, psuId),
        findPasswordHash(db, psuId),
        needsCode(ctx, psuId),
        countRecoveryCodes(db, psuId),
        isLinked(db, psuId),
      ]);
      return {
        passkeys: passkeys.map(({ passkeyId, name, createdAt, lastUsedAt }) => ({
          passkeyId,
          name,
          createdAt: createdAt.toString(),
          lastUsedAt: lastUsedAt?.toString() ?? null,
        })),
        password: password !== undefined,
        secondFactor,
        recoveryCodesLeft,
        singleSignOn: ctx.singleSignOn === undefined ? null : { name: ctx.singleSignOn.name, linked },
      };
    }),
    psuRoute(contracts.beginNewPasskey, async ({ request, reply }) => ({ options: withCookies(reply, await beginNewPasskey(ctx, signedInOf(request))) })),
    psuRoute(contracts.addPasskey, async ({ psu, body, request }) =>
      addPasskey(ctx, { psuId: psu.psuId, name: body.name, answer: body.answer, ceremony: ceremonyTokenOf(request.headers.cookie) }),
    ),
    psuRoute(contracts.renamePasskey, async ({ psu, params, body }) => {
      if (!(await inTransaction(db, (tx) => renamePasskey(tx, psu.psuId, params.passkeyId, body.name)))) throw errors.ERR_PASSKEY_NOT_FOUND();
    }),
    psuRoute(contracts.removePasskey, async ({ psu, params }) => removePasskey(ctx, psu.psuId, params.passkeyId)),
    psuRoute(contracts.changePassword, async ({ body, request }) => {
      const { sessionId, psuId, name, email } = signedInOf(request);
      await changePassword(ctx, { psuId, name, email, password: body.password, keepSessionId: sessionId });
    }),
    psuRoute(contracts.removePassword, async ({ psu }) => removePassword(ctx, psu.psuId)),
    psuRoute(contracts.changeEmail, async ({ body, request }) => {
      const { sessionId, psuId } = signedInOf(request);
      await changeEmail(ctx, { psuId, email: body.email, keepSessionId: sessionId, ipAddress: visitorOf(request, ctx.proxies).ipAddress });
      return { accepted: true as const };
    }),
    psuRoute(contracts.beginSecondFactor, async ({ request }) => beginSecondFactor(ctx, signedInOf(request))),
    psuRoute(contracts.confirmSecondFactor, async ({ psu, body }) => confirmNewSecondFactor(ctx, psu.psuId, body.code)),
    psuRoute(contracts.removeSecondFactor, async ({ psu }) => removeSecondFactor(ctx, psu.psuId)),
    psuRoute(contracts.renewRecoveryCodes, async ({ psu }) => renewRecoveryCodes(ctx, psu.psuId)),
    psuRoute(contracts.beginLink, async ({ psu, request, reply }) =>
      withCookies(reply, await beginSingleSignOn(ctx, { ipAddress: visitorOf(request, ctx.proxies).ipAddress, linkFor: psu.psuId })),
    ),
    psuRoute(contracts.removeLink, async ({ psu }) => inTransaction(db, (tx) => deleteLink(tx, psu.psuId))),
  ];
}

/** Puts the cookies on the answer and gives what is in its body. */
export function withCookies<T>(reply: FastifyReply, { value, cookies }: WithCookies<T>): T {
  if (cookies.length > 0) reply.header("set-cookie", [...cookies]);
  return value;
}
