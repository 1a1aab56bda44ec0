import { certifiedJwk, keyIdRules } from "@opl/eidas";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import type { GatewayContext } from "./context.ts";
import { judgeOwn } from "./own-certificate.ts";

/**
 * The public keys of our QSealCs that were issued, each once, with its certificate; retired ones as well, for who still checks old
 * signatures. Of several certificates for one key the newest in use is shown.
 */
export async function listPublicKeys({ db, clock }: Pick<GatewayContext, "db" | "clock">) {
  const rows = await listOwnCertificates(db);
  const certified = rows.flatMap((row) => {
    const { certificate } = judgeOwn(row, clock.now());
    if (row.purpose !== "qsealc" || row.chainPem === null || certificate === undefined) return [];
    const jwk = certifiedJwk({ chainPem: row.chainPem, kid: keyIdRules["jwk-thumbprint"](certificate, row.purpose), use: "sig" });
    return [{ jwk: { ...jwk }, retiredAt: row.retiredAt?.toString() ?? null }];
  });
  const ofEachKey = Map.groupBy(certified, ({ jwk }) => jwk.kid).values();
  return { keys: [...ofEachKey].flatMap((ofKey) => ofKey.find(({ retiredAt }) => retiredAt === null) ?? ofKey.slice(0, 1)) };
}
