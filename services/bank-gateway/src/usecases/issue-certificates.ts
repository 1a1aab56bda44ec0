import type { BodyOf } from "@opl/contracts/http";
import type { issueCertificates as contract } from "@opl/contracts/http/bank-gateway";
import { identifyTpp, readTppKeys } from "../banks/keys.ts";
import type { TppKey } from "../banks/keys.ts";
import { saveSecret } from "../db/registration-store.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { runRegistrationStep } from "./run-registration-step.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };

/** Has the bank issue our certificates; private keys are sealed before anything is answered. */
export async function issueCertificates(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "vault">, input: Input) {
  const { registrationId, aspspId } = input;
  return runRegistrationStep(ctx, input, steps.certificates, async () => {
    const adapter = ctx.banks.adapter(aspspId);
    const facet = adapter.registration;
    if (facet === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const calls = createBankCalls({ adapter, egress: ctx.banks.anonymousEgress(aspspId), apiKey: facet.portalApiKey, identified: false });
    const issued = await facet.issueCertificates(calls, input);
    const keys = readTppKeys(issued.privateKeys);
    const now = ctx.clock.now();
    const { qwac, seal, tppId, organizationIdentifier } = identifyTpp({ tppId: issued.tppId, keys }, adapter.oauth.signingAlgorithms, now);
    const slot = { owner: "tpp", purpose: "tpp-secrets", aspspId, subject: `${registrationId} private-jwks` } as const;
    const sealed = await ctx.vault.seal(slot, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
    return {
      outcome: {
        tppId,
        organizationIdentifier,
        publicJwksUrl: issued.publicJwksUrl,
        certificates: keys.map((key) => describeKey(key, aspspId, key === qwac || key === seal)),
      },
      save: async (tx) => {
        await saveSecret(tx, registrationId, "private-jwks", sealed, now);
      },
    };
  });
}

function describeKey({ certificate, ...key }: TppKey, aspspId: string, inUse: boolean) {
  return {
    aspspId,
    purpose: key.purpose,
    kid: key.kid,
    algorithm: key.algorithm,
    subject: certificate.subject,
    organizationIdentifier: certificate.organizationIdentifier ?? null,
    roles: [...(certificate.psd2?.roles ?? [])],
    notBefore: certificate.notBefore.toString(),
    notAfter: certificate.notAfter.toString(),
    thumbprint: certificate.thumbprint,
    chainPem: [...key.chainPem],
    inUse,
  };
}
