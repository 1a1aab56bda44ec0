import type { JsonObject } from "@opl/fapi";
import type { AspspProfile } from "../adapters/bank-adapter.ts";
import { errors } from "../errors.ts";
import { opRegistration } from "../standards/op/registration.ts";
import type { RegistrationSettings } from "../standards/op/registration.ts";
import { askByToken, proveByToken } from "./by-token.ts";
import { createOnce } from "./create-once.ts";
import type { AtBank, RegistrationScheme, SignedMessage } from "./scheme.ts";

/**
 * OP's own flow: certificates made by its sandbox, in production our own, a software statement signed by us, a registration that cannot
 * be read or taken back.
 */
export function opScheme(settings: RegistrationSettings, environment: AspspProfile["environment"]): RegistrationScheme {
  const registration = opRegistration(settings);
  return {
    name: "op",
    portalApiKey: settings.portalApiKey,
    ...(environment === "sandbox" ? { issueCertificates: (calls, input) => registration.issueCertificates(calls, input) } : {}),
    softwareStatement: (at, { terms, ...input }) => signed(at, registration.softwareStatement({ ...terms, ...input }, { now: at.now, jti: at.newJti() })),
    registrationRequest: (at, { softwareStatement, terms: { redirectUris } }) =>
      signed(at, registration.registrationRequest({ softwareStatement, redirectUris }, { now: at.now, jti: at.newJti() })),
    async submit({ calls }, { registrationRequest, creation }) {
      if (registrationRequest === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
      // The bank takes the same request twice and makes two clients of it.
      const once = { request: registrationRequest, refusesReplays: false };
      const { client, clientSecret, apiKey } = await createOnce(creation, once, (request) => registration.submit(calls, request));
      return { client, credentials: { clientId: client.clientId, clientSecret, apiKey } };
    },
    validate: proveByToken,
    read: (at) => askByToken(at, at.scope),
    // The bank names no way.
    end: async () => false,
  };
}

async function signed({ sign }: AtBank, { claims, expiresAt }: { claims: JsonObject; expiresAt: Temporal.Instant }): Promise<SignedMessage> {
  const { jws, kid, algorithm } = await sign(claims);
  return { message: jws, kid, algorithm, expiresAt };
}
