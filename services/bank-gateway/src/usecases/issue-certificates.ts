import type { BodyOf } from "@opl/contracts/http";
import type { issueCertificates as contract } from "@opl/contracts/http/bank-gateway";
import { identifyTpp, readTppKeys } from "../banks/keys.ts";
import type { TppKey } from "../banks/keys.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import type { IssuedCertificates, RegistrationScheme } from "../registration-schemes/scheme.ts";
import { schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { sealCredentials, sealKeys } from "./registration-secrets.ts";
import { steps } from "./registration-steps.ts";
import { runRegistrationStep } from "./run-registration-step.ts";
import { takeOwnPair } from "./take-own-pair.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };
type Context = Pick<GatewayContext, "db" | "clock" | "newId" | "banks" | "vault" | "own">;

/** Has the bank issue our certificates, or takes our own; private keys are sealed before anything is answered. */
export async function issueCertificates(ctx: Context, input: Input) {
  const { aspspId } = input;
  return runRegistrationStep(ctx, input, steps.certificates, async () => {
    const scheme = schemeOf(ctx, aspspId);
    const { profile } = ctx.banks.adapter(aspspId);
    const issued = await certificatesFor(ctx, scheme, input);
    const keys = readTppKeys(issued.privateKeys);
    const { qwac, seal, tppId, organizationIdentifier } = identifyTpp({ tppId: issued.tppId, keys }, profile.signingAlgorithms, ctx.clock.now());
    const saveKeys = await sealKeys(ctx, input, keys);
    // Where nothing is submitted, the certificate is the client.
    const saveClient = scheme.submit === undefined ? await sealCredentials(ctx, input, { clientId: organizationIdentifier }) : undefined;
    return {
      outcome: {
        tppId,
        organizationIdentifier,
        publicJwksUrl: issued.publicJwksUrl,
        certificates: keys.map((key) => describeKey(key, aspspId, key === qwac || key === seal)),
      },
      save: async (tx) => {
        await saveKeys(tx);
        await saveClient?.(tx);
      },
    };
  });
}

async function certificatesFor(ctx: Context, scheme: RegistrationScheme, { aspspId, ...input }: Input): Promise<IssuedCertificates> {
  const adapter = ctx.banks.adapter(aspspId);
  if (scheme.issueCertificates === undefined) {
    return { tppId: undefined, publicJwksUrl: ctx.own.publicJwksUrl, privateKeys: await takeOwnPair(ctx, adapter.profile, input.roles) };
  }
  const calls = createBankCalls({ adapter, egress: ctx.banks.anonymousEgress(aspspId), apiKey: scheme.portalApiKey ?? "", identified: false });
  return scheme.issueCertificates(calls, input);
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
