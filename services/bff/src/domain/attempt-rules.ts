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

/** Asking for the password again before something that cannot be undone. */
export function passwordRules(psuId: string): readonly AttemptRule[] {
  return [{ about: ["password", psuId], max: 10, windowSeconds: quarterHour }];
}
