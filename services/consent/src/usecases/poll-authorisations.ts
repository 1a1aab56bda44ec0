import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { lockAuthorisation, saveAuthorisation, setNextPoll, takePollTurns } from "../db/authorisation-store.ts";
import type { PollTurn } from "../db/authorisation-store.ts";
import { take } from "../domain/authorisation.ts";
import { errors } from "../errors.ts";
import { settle } from "./complete-authorisation.ts";
import type { AspspGrant, Completed } from "./complete-authorisation.ts";

type Context = Pick<ConsentContext, "db" | "clock" | "bankGateway">;

const batch = 20;
/** Longer than the gateway's own limit for one question. */
const turnSeconds = 40;
/** How soon a gateway that did not answer is asked again. */
const againSeconds = 5;

/**
 * Asks for the outcome of attempts that nobody brings back: the bank asks the person in its app. The gateway keeps the bank's interval and
 * repeats an outcome that was lost, so asking too often or twice does no harm (OA-74). @returns those that ended now
 */
export async function pollAuthorisations(ctx: Context, signal?: AbortSignal): Promise<readonly Completed[]> {
  const ended: Completed[] = [];
  const now = ctx.clock.now();
  for (const turn of await takePollTurns(ctx.db, { now, until: now.add({ seconds: turnSeconds }), limit: batch })) {
    if (signal?.aborted === true) break;
    const answer = await ask(ctx, turn);
    if ("nextPollAt" in answer) await setNextPoll(ctx.db, turn, answer.nextPollAt);
    else ended.push(await decide(ctx, turn, answer));
  }
  return ended;
}

async function ask(ctx: Context, { about, aspspId }: PollTurn): Promise<AspspGrant | OplError | { readonly nextPollAt: Temporal.Instant }> {
  // Only a permission to read is asked for in an app.
  if (about.kind !== "consent") return errors.ERR_AUTHORISATION_CONSENT_ENDED();
  const { consentId } = about;
  try {
    const polled = await ctx.bankGateway.pollAuthorization({ params: { consentId }, body: { aspspId } });
    if (polled.status === "pending") return { nextPollAt: Temporal.Instant.from(polled.nextPollAt) };
    return {
      kind: "consent",
      scope: polled.scope,
      authorisedAt: Temporal.Instant.from(polled.authorisedAt),
      validUntil: Temporal.Instant.from(polled.validUntil),
    };
  } catch (cause) {
    const error = toOplError(cause);
    return error.kind === "unavailable" ? { nextPollAt: ctx.clock.now().add({ seconds: againSeconds }) } : error;
  }
}

async function decide(ctx: Context, turn: PollTurn, answer: AspspGrant | OplError): Promise<Completed> {
  return inTransaction(ctx.db, async (tx) => {
    const attempt = await lockAuthorisation(tx, turn);
    if (attempt?.scaStatus === "received") await saveAuthorisation(tx, take(attempt, ctx.clock.now()));
    return settle(tx, ctx, turn, answer);
  });
}
