/** How often somebody may try, counted under what. */
export interface AttemptRule {
  readonly about: readonly string[];
  readonly max: number;
  readonly windowSeconds: number;
}

const quarterHour = 15 * 60;
const hour = 60 * 60;

/**
 * Guessing one account from one place, guessing one account from many places, and trying many accounts from one place
 * (US-20). Unknown addresses count like known ones, so that a limit tells nothing (US-21).
 */
export function signInRules(email: string, addressBlock: string): readonly [samePlace: AttemptRule, account: AttemptRule, place: AttemptRule] {
  const account = email.toLowerCase();
  return [
    { about: ["sign-in", account, addressBlock], max: 10, windowSeconds: quarterHour },
    { about: ["sign-in", account], max: 60, windowSeconds: quarterHour },
    { about: ["sign-in from", addressBlock], max: 100, windowSeconds: quarterHour },
  ];
}

export function signUpRules(addressBlock: string, perHour: number): readonly AttemptRule[] {
  return [{ about: ["sign-up from", addressBlock], max: perHour, windowSeconds: hour }];
}

/** Who asks for an address and looks whether it became theirs learns what signing up with it tells; so both are counted as one (US-21). */
export function emailRules(psuId: string, addressBlock: string, perHour: number): readonly AttemptRule[] {
  return [...signUpRules(addressBlock, perHour), { about: ["e-mail", psuId], max: 10, windowSeconds: hour }];
}

/** Passkeys and single sign-on cannot be guessed; beginning with them costs us work all the same. */
export function ceremonyRules(addressBlock: string): readonly AttemptRule[] {
  return [{ about: ["ceremony from", addressBlock], max: 100, windowSeconds: quarterHour }];
}

/** Five tries at six digits, whoever makes them and in whatever session (US-23). */
export function secondFactorRules(psuId: string): readonly AttemptRule[] {
  return [{ about: ["second factor", psuId], max: 5, windowSeconds: quarterHour }];
}

/** Recovery codes of one account and from one place; unknown addresses count like known ones. */
export function recoveryRules(email: string, addressBlock: string): readonly AttemptRule[] {
  return [
    { about: ["recovery", email.toLowerCase()], max: 20, windowSeconds: quarterHour },
    { about: ["recovery from", addressBlock], max: 20, windowSeconds: quarterHour },
  ];
}

/** An export reads everything there is of a person. */
export function exportRules(psuId: string): readonly AttemptRule[] {
  return [{ about: ["export", psuId], max: 10, windowSeconds: hour }];
}

/** Asking for the password again before something that cannot be undone. */
export function passwordRules(psuId: string): readonly AttemptRule[] {
  return [{ about: ["password", psuId], max: 10, windowSeconds: quarterHour }];
}
