import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import type { AuthenticationResponseJSON, AuthenticatorTransport, RegistrationResponseJSON } from "@simplewebauthn/server";

/** A passkey as it is kept. */
export interface KnownPasskey {
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** What the browser's `navigator.credentials` is asked, and the challenge its answer must carry. */
export interface PasskeyQuestion {
  readonly challenge: string;
  readonly options: Readonly<Record<string, unknown>>;
}

interface Owner {
  readonly psuId: string;
  readonly name: string;
  readonly email: string;
}

/**
 * Passkeys by WebAuthn. Each proves two things at once, the device and the person at it: user verification is always required, so a
 * sign-in with one needs no second factor. Whatever an authenticator sends that does not fit is undefined and not an error.
 */
export interface Passkeys {
  askForNew(owner: Owner, known: readonly KnownPasskey[]): Promise<PasskeyQuestion>;
  readNew(answer: unknown, challenge: string): Promise<KnownPasskey | undefined>;
  /** Without `known` the person chooses among the passkeys of the device. */
  ask(known?: readonly KnownPasskey[]): Promise<PasskeyQuestion>;
  /** @returns the new state of the authenticator's counter */
  check(answer: unknown, challenge: string, passkey: KnownPasskey): Promise<number | undefined>;
}

export function passkeysAt(publicOrigin: string): Passkeys {
  const rpID = new URL(publicOrigin).hostname;
  const expected = { expectedOrigin: publicOrigin, expectedRPID: rpID, requireUserVerification: true };
  return {
    async askForNew({ psuId, name, email }, known) {
      const options = await generateRegistrationOptions({
        rpName: "One Point Ledger",
        rpID,
        userID: new TextEncoder().encode(psuId),
        userName: email,
        userDisplayName: name,
        attestationType: "none",
        supportedAlgorithmIDs: [...algorithms],
        excludeCredentials: known.map(descriptor),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      return { challenge: options.challenge, options: { ...options } };
    },
    async readNew(answer, challenge) {
      const read = await orUndefined(() =>
        verifyRegistrationResponse({
          ...expected,
          supportedAlgorithmIDs: [...algorithms],
          response: answer as RegistrationResponseJSON,
          expectedChallenge: challenge,
        }),
      );
      if (read?.verified !== true) return undefined;
      const { id, publicKey, counter, transports } = read.registrationInfo.credential;
      return { credentialId: id, publicKey: Buffer.from(publicKey), counter, transports: transports ?? [] };
    },
    async ask(known) {
      const options = await generateAuthenticationOptions({
        rpID,
        userVerification: "required",
        ...(known === undefined ? {} : { allowCredentials: known.map(descriptor) }),
      });
      return { challenge: options.challenge, options: { ...options } };
    },
    async check(answer, challenge, { credentialId, publicKey, counter, transports }) {
      const credential = { id: credentialId, publicKey: new Uint8Array(publicKey), counter, transports: [...transports] as AuthenticatorTransport[] };
      const checked = await orUndefined(() =>
        verifyAuthenticationResponse({ ...expected, response: answer as AuthenticationResponseJSON, expectedChallenge: challenge, credential }),
      );
      return checked?.verified === true ? checked.authenticationInfo.newCounter : undefined;
    },
  };
}

/** ES256, EdDSA and RS256 (COSE): what every authenticator of today has one of. */
const algorithms = [-7, -8, -257] as const;

/** The person a passkey says it belongs to; it was told so when it was made. */
export function userHandleOf(answer: unknown): string | undefined {
  const handle = (answer as { readonly response?: { readonly userHandle?: unknown } } | null)?.response?.userHandle;
  return typeof handle === "string" ? Buffer.from(handle, "base64url").toString("utf8") : undefined;
}

function descriptor({ credentialId, transports }: KnownPasskey): { id: string; transports: AuthenticatorTransport[] } {
  return { id: credentialId, transports: [...transports] as AuthenticatorTransport[] };
}

/** The library refuses by throwing, and what it is given may be anything. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
