import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { saveOwnCertificates } from "../db/own-certificate-store.ts";
import { savePublicKeys } from "../db/public-key-store.ts";
import { hurryForCertificates } from "../db/registration-store.ts";
import { readPublicKey } from "../domain/public-keys.ts";

export interface Refreshed {
  /** Keys of the answer that are none we could publish. */
  readonly unusable: number;
  /** Keys that came with their private part. It was dropped; that it was sent is an alarm. */
  readonly leaked: number;
}

/**
 * Asks the gateway for our own certificates and public keys, and keeps what it says: while it is away, they are as last seen. Registrations
 * that may have waited for a certificate go on at once when one came.
 * @throws what the gateway's client throws; what was known stays
 */
export async function refreshOwnCertificates(ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway">, timeoutMs?: number): Promise<Refreshed> {
  const [{ certificates }, { keys }] = await Promise.all([ctx.bankGateway.listOwnCertificates({ timeoutMs }), ctx.bankGateway.listPublicKeys({ timeoutMs })]);
  const read = keys.map(({ jwk, retiredAt, lasting = false }) => ({ ...readPublicKey(jwk), retiredAt, lasting }));
  const usable = read.flatMap(({ key, retiredAt, lasting }) =>
    key === null ? [] : [{ jwk: key, retiredAt: retiredAt === null ? null : Temporal.Instant.from(retiredAt), lasting }],
  );
  await inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    await savePublicKeys(tx, usable, now);
    if (await saveOwnCertificates(tx, certificates, now)) await hurryForCertificates(tx, now);
  });
  return { unusable: read.length - usable.length, leaked: read.filter(({ leaked }) => leaked).length };
}
