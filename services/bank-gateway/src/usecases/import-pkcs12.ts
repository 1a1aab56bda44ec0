import type { BodyOf } from "@opl/contracts/http";
import type { importPkcs12 as contract } from "@opl/contracts/http/bank-gateway";
import type { OwnCertificate } from "@opl/contracts/model";
import { importCertificate, readPkcs12 } from "@opl/eidas";
import { insertOwnCertificate, neverSent } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { describeOwn, refuseUnusable, sealOwnKey } from "./own-certificate.ts";

/** Takes a certificate with its key that was brought along in a PKCS#12 file. */
export async function importPkcs12(
  ctx: Pick<GatewayContext, "db" | "clock" | "newId" | "vault">,
  { purpose, pkcs12, passphrase }: BodyOf<typeof contract>,
): Promise<OwnCertificate> {
  const { privateKey, chainPem: given } = readPkcs12(Buffer.from(pkcs12, "base64"), passphrase);
  const { chainPem } = importCertificate(given.join(""), { privateKey });
  const now = ctx.clock.now();
  refuseUnusable({ purpose, chainPem }, now);
  const keyType = privateKey.asymmetricKeyType;
  if (keyType !== "rsa" && keyType !== "ec") throw errors.ERR_OWN_CERTIFICATE_REFUSED({ message: "The key is neither RSA nor EC." });
  const certificateId = ctx.newId();
  const sealed = await sealOwnKey(ctx.vault, certificateId, privateKey);
  const row = { certificateId, purpose, keyType, csrPem: null, chainPem, createdAt: now, retiredAt: null, ...neverSent, ...sealed };
  await insertOwnCertificate(ctx.db, row);
  return describeOwn(row, now);
}
