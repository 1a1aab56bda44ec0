import { createHash, generateKeyPairSync } from "node:crypto";
import type { PublicJwk } from "@opl/contracts/model";
import type { SigningKey } from "@opl/fapi";
import { inTransaction } from "@opl/postgres";
import { insertReceiptKey, receiptKeyInUse, retireReceiptKey } from "../db/receipt-key-store.ts";
import type { ReceiptKey } from "../db/receipt-key-store.ts";
import type { SecretSlot } from "../vault/vault.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "clock">;

/** After this another key signs; this one goes on verifying. */
const lifeDays = 365;

/** The key that signs receipts now; made at the first need, and anew each year. */
export async function takeReceiptKey(ctx: Context): Promise<Omit<SigningKey, "typ">> {
  const inUse = await receiptKeyInUse(ctx.db);
  const key = inUse !== undefined && isYoung(inUse, ctx.clock.now()) ? inUse : await makeReceiptKey(ctx, inUse);
  const opened = await ctx.vault.open(slotOf(key.kid), key);
  return { key: JSON.parse(opened.toString("utf8")) as SigningKey["key"], alg: "ES256", kid: key.kid };
}

function isYoung({ createdAt }: ReceiptKey, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, createdAt.add({ hours: lifeDays * 24 })) < 0;
}

async function makeReceiptKey(ctx: Context, old: ReceiptKey | undefined): Promise<ReceiptKey> {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = pair.publicKey.export({ format: "jwk" });
  // RFC 7638.
  const kid = createHash("sha256")
    .update(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))
    .digest("base64url");
  const publicJwk: PublicJwk = { kty: "EC", crv: "P-256", x, y, kid, use: "sig", alg: "ES256" };
  const sealed = await ctx.vault.seal(slotOf(kid), JSON.stringify({ ...pair.privateKey.export({ format: "jwk" }), kid }));
  const now = ctx.clock.now();
  await inTransaction(ctx.db, async (tx) => {
    if (old !== undefined) await retireReceiptKey(tx, old.kid, now);
    await insertReceiptKey(tx, { kid, publicJwk, createdAt: now, ...sealed });
  });
  const made = await receiptKeyInUse(ctx.db);
  if (made === undefined) throw new TypeError("A key for receipts vanished while it was made.");
  return made;
}

function slotOf(kid: string): SecretSlot {
  return { owner: "tpp", purpose: "receipt-keys", aspspId: "-", subject: kid };
}
