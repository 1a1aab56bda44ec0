import { certifiedJwk, keyIdRules } from "@opl/eidas";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import { listReceiptKeys } from "../db/receipt-key-store.ts";
import type { GatewayContext } from "./context.ts";
import { judgeOwn, usualKeyId } from "./own-certificate.ts";

/** What we publish: the keys of our QSealCs, and those of receipts, which outlive their use for as long as receipts are shown. */
export async function listPublicKeys(ctx: Pick<GatewayContext, "db" | "clock" | "banks">) {
  const [seals, receipts] = await Promise.all([listSealKeys(ctx), listReceiptKeys(ctx.db)]);
  const lasting = receipts.map(({ publicJwk, retiredAt }) => ({ jwk: { ...publicJwk }, retiredAt: retiredAt?.toString() ?? null, lasting: true }));
  return { keys: [...seals, ...lasting] };
}

/**
 * The public keys of our QSealCs that were issued, with their certificates, each once under every name by which a bank of ours looks for
 * it; retired ones as well, for who still checks old signatures. Of several certificates under one name the newest in use is shown.
 */
async function listSealKeys({ db, clock, banks }: Pick<GatewayContext, "db" | "clock" | "banks">) {
  const rules = [...new Set([usualKeyId, ...banks.adapters.flatMap(({ profile }) => profile.keyId ?? [])])];
  const rows = await listOwnCertificates(db);
  const certified = rows.flatMap((row) => {
    const { certificate } = judgeOwn(row, clock.now());
    if (row.purpose !== "qsealc" || row.chainPem === null || certificate === undefined) return [];
    const { chainPem, purpose, retiredAt } = row;
    const named = (kid: string) => ({ jwk: certifiedJwk({ chainPem, kid, use: "sig" }), retiredAt: retiredAt?.toString() ?? null });
    return rules.map((rule) => named(keyIdRules[rule](certificate, purpose)));
  });
  const ofEachName = Map.groupBy(certified, ({ jwk }) => jwk.kid).values();
  return [...ofEachName].flatMap((ofName) => ofName.find(({ retiredAt }) => retiredAt === null) ?? ofName.slice(0, 1));
}
