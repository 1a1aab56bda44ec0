import type { OwnCertificate } from "@opl/contracts/model";
import { getOwnCertificate } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { describeOwn } from "./own-certificate.ts";
import { keepIssued } from "./request-certificate.ts";

/** Takes the certificate that a provider issued for one of our requests. */
export async function importIssuedCertificate(ctx: Pick<GatewayContext, "db" | "clock">, certificateId: string, chain: string): Promise<OwnCertificate> {
  const row = await getOwnCertificate(ctx.db, certificateId);
  if (row === undefined) throw errors.ERR_OWN_CERTIFICATE_NOT_FOUND();
  if (row.csrPem === null || row.retiredAt !== null) throw errors.ERR_OWN_CERTIFICATE_STATE();
  return describeOwn(await keepIssued(ctx, row, chain), ctx.clock.now());
}
