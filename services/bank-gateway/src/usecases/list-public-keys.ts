import { certifiedJwk, keyIdRules } from "@opl/eidas";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import { listReceiptKeys } from "../db/receipt-key-store.ts";
import type { GatewayContext } from "./context.ts";
import { judgeOwn } from "./own-certificate.ts";

/** What we publish: the keys of our QSealCs, and those of receipts, which outlive their use for as long as receipts are shown. */
export async function listPublicKeys(ctx: Pick<GatewayContext, "db" | "clock">) {
  const [seals, receipts] = await Promise.all([listSealKeys(ctx), listReceiptKeys(ctx.db)]);
  const lasting = receipts.map(({ publicJwk, retiredAt }) => ({ jwk: { ...publicJwk }, retiredAt: retiredAt?.toString() ?? null, lasting: true }));
  return { keys: [...seals, ...lasting] };
}

/**
 * The public keys of our QSealCs that were issued, each once, with its certificate; retired ones as well, for who still checks old
 * signatures. Of several certificates for one key the newest in use is shown.
 */
async function listSealKeys({ db, clock }: Pick<GatewayContext, "db" | "clock">) {
  const rows = await listOwnCertificates(db);
  const certified = rows.flatMap((row) => {
    const { certificate } = judgeOwn(row, clock.now());
    if (row.purpose !== "qsealc" || row.chainPem === null || certificate === undefined) return [];
    const jwk = certifiedJwk({ chainPem: row.chainPem, kid: keyIdRules["jwk-thumbprint"](certificate, row.purpose), use: "sig" });
    return [{ jwk: { ...jwk }, retiredAt: row.retiredAt?.toString() ?? null }];
  });
  const ofEachKey = Map.groupBy(certified, ({ jwk }) => jwk.kid).values();
  return [...ofEachKey].flatMap((ofKey) => ofKey.find(({ retiredAt }) => retiredAt === null) ?? ofKey.slice(0, 1));
}
