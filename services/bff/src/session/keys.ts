import { createHmac, hkdfSync } from "node:crypto";
import type { Secret } from "@opl/service";

/** Keys of this service, each for one purpose. */
export interface SessionKeys {
  /** Signs the session cookie. */
  readonly cookieSecret: string;
  /** Ties a bank's redirect to the browser session that began it, without telling the session. 43 characters. */
  sessionBinding(sessionId: string): string;
  /** Seals the secrets of second factors. 32 bytes. */
  readonly secondFactorKey: Buffer;
  /** Names an address or an account in the table of attempts, without telling it. */
  attemptKey(...about: readonly string[]): Buffer;
}

export function deriveSessionKeys(secrets: { readonly session: Secret; readonly binding: Secret }): SessionKeys {
  const cookie = keyFor(secrets.session, "session cookie");
  const attempts = keyFor(secrets.session, "attempts");
  const binding = keyFor(secrets.binding, "session binding");
  return {
    cookieSecret: cookie.toString("base64url"),
    secondFactorKey: keyFor(secrets.session, "second factors"),
    sessionBinding: (sessionId) => createHmac("sha256", binding).update(sessionId).digest("base64url"),
    attemptKey: (...about) => createHmac("sha256", attempts).update(JSON.stringify(about)).digest(),
  };
}

function keyFor(secret: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret.reveal(), "", `opl bff ${purpose}`, 32));
}
