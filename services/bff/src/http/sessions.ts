import * as contracts from "@opl/contracts/http/bff-security";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { sessionsOf } from "../db/session-store.ts";
import { signedInOf } from "../session/visitor.ts";
import { endSession } from "../usecases/end-session.ts";
import { viewOfSession } from "../views/session.ts";

export function sessionRoutes(ctx: Pick<BffContext, "clock" | "db" | "sessionLongestHours">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.listSessions, async ({ psu, request }) => {
      const now = ctx.clock.now();
      const sessions = await sessionsOf(ctx.db, psu.psuId, { now, startedAfter: now.subtract({ hours: ctx.sessionLongestHours }) });
      return { sessions: sessions.map((session) => viewOfSession(session, signedInOf(request).sessionId)) };
    }),
    psuRoute(contracts.endSession, async ({ psu, params }) => endSession(ctx, psu.psuId, params.sessionId)),
  ];
}
