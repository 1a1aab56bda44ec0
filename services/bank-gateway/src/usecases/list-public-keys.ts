import { certifiedJwk, keyIdRules } from "@opl/eidas";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import type { GatewayContext } from "./context.ts";
import { judgeOwn } from "./own-certificate.ts";

/** The public keys of our QSealCs that were issued, with their certificates; retired ones as well, for who still checks old signatures. */
export async function listPublicKeys({ db, clock }: Pick<GatewayContext, "db" | "clock">) {
  const rows = await listOwnCertificates(db);
  return {
    keys: rows.flatMap((row) => {
      const { certificate } = judgeOwn(row, clock.now());
      if (row.purpose !== "qsealc" || row.chainPem === null || certificate === undefined) return [];
      const jwk = certifiedJwk({ chainPem: row.chainPem, kid: keyIdRules["jwk-thumbprint"](certificate), use: "sig" });
      return [{ jwk: { ...jwk }, retiredAt: row.retiredAt?.toString() ?? null }];
    }),
  };
}
