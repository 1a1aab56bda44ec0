import { Secret, TOTP } from "otpauth";

const issuer = "One Point Ledger";
const secretBytes = 20;

export function newTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: secretBytes }).bytes);
}

/** The step of 30 s whose code this is: now, or one before or after for clocks that differ. Undefined for a code of none of them. */
export function stepOfCode(secret: Buffer, code: string, now: Temporal.Instant): number | undefined {
  const totp = totpOf(secret);
  const timestamp = now.epochMilliseconds;
  const away = totp.validate({ token: code, timestamp, window: 1 });
  return away === null ? undefined : totp.counter({ timestamp }) + away;
}

/** How a person types the secret where no camera is, and what authenticator apps read out of a QR code. */
export function totpForms(secret: Buffer, account: string): { readonly secret: string; readonly uri: string } {
  const totp = totpOf(secret, account);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** RFC 6238 as authenticator apps know it: SHA-1, six digits, thirty seconds. */
function totpOf(secret: Buffer, label = ""): TOTP {
  return new TOTP({ issuer, label, algorithm: "SHA1", digits: 6, period: 30, secret: new Secret({ buffer: new Uint8Array(secret).buffer }) });
}
