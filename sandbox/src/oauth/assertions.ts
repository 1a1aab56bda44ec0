import type { Configuration, errors as providerErrors } from "oidc-provider";
import type { JwksReader, PublishedKey } from "../http/jwks-reader.ts";

/** A client assertion may live so long. */
const assertionSeconds = 300;

/** Refuses client assertions that live too long. */
export function limitedAssertion(errors: typeof providerErrors): NonNullable<Configuration["assertJwtClientAuthClaimsAndHeader"]> {
  return (_context, { iat, exp }) => {
    const lifetime = Number(exp) - Number(iat ?? Number.NaN);
    if (!(lifetime > 0 && lifetime <= assertionSeconds))
      throw new errors.InvalidClientAuth(`client_assertion must live at most ${assertionSeconds} seconds from its iat`);
  };
}

/** The keys a client signs with. They are read anew each time, so that a change at the directory counts at once. */
export async function signatureKeys(jwksUri: string, jwks: JwksReader): Promise<readonly PublishedKey[]> {
  const keys = await jwks.read(jwksUri).catch(() => []);
  return keys.filter((key) => key["use"] !== "tls");
}
