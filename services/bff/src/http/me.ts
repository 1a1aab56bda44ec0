import * as contracts from "@opl/contracts/http/bff";
import { inTransaction } from "@opl/postgres";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { isOperator } from "../db/operator-store.ts";
import { saveName } from "../db/person-store.ts";
import { getPreferences } from "../db/preference-store.ts";
import { sessionCookieOf } from "../session/cookie.ts";
import { signedInOf } from "../session/visitor.ts";
import { eraseMe } from "../usecases/erase-me.ts";
import { updatePreferences } from "../usecases/update-preferences.ts";

export function meRoutes(ctx: Pick<BffContext, "db" | "clock" | "keys" | "people" | "operatorPages">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.getMe, async ({ psu, request }) => {
      const { name, email } = signedInOf(request);
      const [preferences, operator] = await Promise.all([getPreferences(ctx.db, psu.psuId), ctx.operatorPages && isOperator(ctx.db, psu.psuId)]);
      return { psuId: psu.psuId, name, email, role: operator ? ("operator" as const) : ("person" as const), preferences };
    }),
    psuRoute(contracts.updatePreferences, async ({ psu, body }) => updatePreferences(ctx, psu.psuId, given(body))),
    psuRoute(contracts.changeName, async ({ psu, body }) => inTransaction(ctx.db, (tx) => saveName(tx, psu.psuId, body.name, ctx.clock.now()))),
    psuRoute(contracts.eraseMe, async ({ psu, request, reply }) => {
      await eraseMe(ctx, psu.psuId);
      const { cookies } = await ctx.people.signOut(sessionCookieOf(request.headers.cookie));
      reply.headers({ "set-cookie": [...cookies], "clear-site-data": '"cache", "storage"' });
    }),
  ];
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Only what was said; a key that is there without a value would otherwise overwrite. */
function given<T extends object>(changes: T): Given<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Given<T>;
}
