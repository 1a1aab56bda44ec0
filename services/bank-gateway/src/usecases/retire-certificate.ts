import type { OwnCertificate } from "@opl/contracts/model";
import { getOwnCertificate, retireOwnCertificate } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { describeOwn } from "./own-certificate.ts";

/** Uses the certificate for no new registration; those that stand hold a copy and go on. */
export async function retireCertificate(ctx: Pick<GatewayContext, "db" | "clock">, certificateId: string): Promise<OwnCertificate> {
  await retireOwnCertificate(ctx.db, certificateId, ctx.clock.now());
  const row = await getOwnCertificate(ctx.db, certificateId);
  if (row === undefined) throw errors.ERR_OWN_CERTIFICATE_NOT_FOUND();
  return describeOwn(row, ctx.clock.now());
}
