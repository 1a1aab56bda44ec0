import { createPrivateKey } from "node:crypto";
import { writePkcs12 } from "@opl/eidas";
import { getKeyExport } from "../db/key-export-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { findKey } from "./request-key-export.ts";
import { stepKeyExport } from "./step-key-export.ts";

interface Collecting {
  readonly exportId: string;
  readonly operator: string;
  readonly passphrase: string;
}

/**
 * Gives the key and its chain as PKCS#12 to the operator who asked, once. It counts as collected when that is committed, before the file is
 * made: an answer that is lost on its way is not given a second time. @throws what a step throws, ERR_KEY_NOT_FOUND
 */
export async function collectKeyExport(
  ctx: Pick<GatewayContext, "db" | "banks" | "clock">,
  { exportId, operator, passphrase }: Collecting,
): Promise<{ readonly exportId: string; readonly kid: string; readonly thumbprint: string; readonly pkcs12: string }> {
  const asked = await getKeyExport(ctx.db, exportId);
  // Before the step, which cannot be taken back; for nobody but the asker.
  const key = asked?.requestedBy === operator ? await findKey(ctx, asked.registrationId, asked.kid) : undefined;
  await stepKeyExport(ctx, { exportId, action: "collect", operator });
  if (key === undefined) throw errors.ERR_KEY_NOT_FOUND();
  const pkcs12 = await writePkcs12({
    privateKey: createPrivateKey({ key: key.jwk, format: "jwk" }),
    chainPem: key.chainPem,
    passphrase,
  });
  return { exportId, kid: key.kid, thumbprint: key.certificate.thumbprint, pkcs12: pkcs12.toString("base64") };
}
