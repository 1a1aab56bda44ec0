import { setTimeout as delay } from "node:timers/promises";
import { signUpRules } from "../domain/attempt-rules.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import { attempt } from "./attempt.ts";
import { refuseWeakPassword } from "./change-password.ts";

interface SignUp {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly ipAddress: string;
}

/** Longer than making a person takes; the work for a taken address is as much, and what is left of a difference disappears in it (US-21). */
const answerAfterMs = 150;

/** Makes the person unless the address is taken; the caller cannot tell which. @throws ERR_PASSWORD_TOO_WEAK, ERR_TOO_MANY_ATTEMPTS */
export async function signUp(ctx: Pick<BffContext, "db" | "clock" | "keys" | "people" | "signUpsPerHour">, { ipAddress, ...person }: SignUp): Promise<void> {
  refuseWeakPassword(person.password, person);
  await attempt(ctx, signUpRules(addressBlock(ipAddress), ctx.signUpsPerHour));
  await Promise.all([ctx.people.signUp(person), delay(answerAfterMs)]);
}
