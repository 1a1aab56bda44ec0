import { createHash } from "node:crypto";
import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import type { ConsentContext } from "../context.ts";
import { keepSignature, listMaskedNumbers, postponeReceipt, takeReceipt } from "../db/receipt-store.ts";
import type { WaitingReceipt } from "../db/receipt-store.ts";

type Context = Pick<ConsentContext, "db" | "clock" | "bankGateway" | "publicOrigin">;

export interface SignedReceipts {
  readonly signed: number;
  /** Why signing stopped for now; what waits is tried again later. */
  readonly error: OplError | undefined;
}

/** Longer than the call's own time limit: only a process that died leaves its receipt to the next one. */
const leaseSeconds = 60;
const firstPauseSeconds = 5;
const longestPauseSeconds = 3600;

/** Has every waiting receipt signed, outside of any transaction, in the order of each chain. Killed at any moment it leaves no gap and no double. */
export async function signReceipts(ctx: Context, signal?: AbortSignal): Promise<SignedReceipts> {
  for (let signed = 0; ; signed += 1) {
    const now = ctx.clock.now();
    const receipt = signal?.aborted === true ? undefined : await takeReceipt(ctx.db, now, now.add({ seconds: leaseSeconds }));
    if (receipt === undefined) return { signed, error: undefined };
    try {
      const { jws } = await ctx.bankGateway.signReceipt({ body: await bodyOf(ctx, receipt) });
      await keepSignature(ctx.db, receipt, jws, ctx.clock.now());
    } catch (cause) {
      const pause = Math.min(firstPauseSeconds * 2 ** Math.min(receipt.tries - 1, 20), longestPauseSeconds);
      await postponeReceipt(ctx.db, receipt, ctx.clock.now().add({ seconds: pause }));
      return { signed, error: toOplError(cause) };
    }
  }
}

const purposes = { consent: "account-information", funds: "funds-confirmation" } as const;

async function bodyOf({ db, publicOrigin }: Context, receipt: WaitingReceipt) {
  const { about, receiptId, consentId, psuId, aspspId, position, facts, previousJws } = receipt;
  return {
    ...facts,
    accounts: [...(facts.accounts ?? (await listMaskedNumbers(db, receipt)))],
    scope: [...facts.scope],
    receiptId,
    consentId,
    sequence: position,
    previous: previousJws === null ? null : createHash("sha256").update(previousJws).digest("base64url"),
    person: psuId,
    purpose: purposes[about],
    issuer: publicOrigin,
    keys: `${publicOrigin}/.well-known/tpp-jwks.json`,
    aspspId,
  };
}
