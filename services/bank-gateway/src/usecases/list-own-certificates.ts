import { listOwnCertificates as list } from "../db/own-certificate-store.ts";
import type { GatewayContext } from "./context.ts";
import { describeOwn } from "./own-certificate.ts";

/** Our own certificates, the newest first, and whether requests are answered by a provider that is connected. */
export async function listOwnCertificates({ db, clock, own }: Pick<GatewayContext, "db" | "clock" | "own">) {
  const rows = await list(db);
  return { certificates: rows.map((row) => describeOwn(row, clock.now())), enrolment: own.enrolment !== undefined };
}
