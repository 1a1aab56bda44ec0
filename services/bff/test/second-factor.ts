import { Secret, TOTP } from "otpauth";
import { password } from "./bff.ts";
import type { Bff, Person } from "./bff.ts";
import type { Browser } from "./browser.ts";

/** Somebody whose app shows codes; each secret and recovery code as the person has it. */
export interface PersonWithFactor extends Person {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** The code an app shows; `away` steps from now. */
export function codeOf(secret: string, now: Temporal.Instant, away = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now.epochMilliseconds + away * 30_000 });
}

/**
 * A person who set up an app, with the code of the step before unless it is said otherwise, so that the present one is unused.
 * Where time passes by itself it must be the present one: the next step may begin meanwhile, and the one before is then too old.
 */
export async function personWithFactor(bff: Bff, now: Temporal.Instant, away = -1): Promise<PersonWithFactor> {
  const person = await bff.person();
  const { secret } = (await person.browser.send("POST", "/api/me/second-factor", { body: {} })).json<{ secret: string }>();
  const confirmed = await person.browser.send("POST", "/api/me/second-factor/confirmation", { body: { code: codeOf(secret, now, away) } });
  if (confirmed.status !== 200) throw new Error(`second factor: ${confirmed.status} ${confirmed.text}`);
  return { ...person, secret, recoveryCodes: confirmed.json<{ recoveryCodes: string[] }>().recoveryCodes };
}

/** A browser in which the password was right and the code is still to come. */
export async function halfSignedIn(bff: Bff, email: string): Promise<Browser> {
  const browser = bff.browser();
  const answer = await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password } });
  if (answer.text !== JSON.stringify({ next: "second-factor" })) throw new Error(`half a sign-in: ${answer.status} ${answer.text}`);
  return browser;
}
