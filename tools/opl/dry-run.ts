import type { Dispatcher } from "undici";
import { createBankCalls } from "../../services/bank-gateway/src/egress/bank-calls.ts";
import { createTokenEndpoint } from "../../services/bank-gateway/src/oauth/token-endpoint.ts";
import { openBankLine } from "./bank/bank-line.ts";
import { opBank } from "./bank/op-bank.ts";
import { checkKeys } from "./certificates/check-keys.ts";
import { readOwnCertificates } from "./certificates/own-certificates.ts";
import type { RegistrationRun } from "./register-tpp.ts";
import type { PlannedRequest, Step } from "./report/reporter.ts";
import { softwareFacts } from "./software-facts.ts";

type DryRun = Pick<RegistrationRun, "settings" | "report" | "masker" | "now" | "newId" | "timeoutMs">;

const scopeOfRole = { AIS: "accounts", PIS: "payments", CBPII: "fundsconfirmations" } as const;

/** Shows every request of a whole run, made by the same code that would send it. What only the bank can say stands in angle brackets. */
export async function showRequests(run: DryRun): Promise<void> {
  const { settings, report, now, newId } = run;
  const adapter = opBank(settings);
  const own = settings.ownCertificates ? checkKeys(readOwnCertificates(settings), undefined, settings, now()) : undefined;
  for (const message of own?.warnings ?? []) report({ event: "warning", message });
  let requests = 0;

  async function show(step: Step, signed: PlannedRequest["signed"], send: (line: ReturnType<typeof openBankLine>) => Promise<unknown>): Promise<void> {
    const dispatcher = {
      request: async (options: { origin: string; path: string; method: string; headers: Record<string, string>; body: string | null }) => {
        requests += 1;
        report({
          event: "request",
          request: {
            step,
            method: options.method,
            url: `${options.origin}${options.path}`,
            headers: maskHeaders(options.headers),
            body: options.body,
            ...(signed === undefined ? {} : { signed }),
          },
        });
        throw new NotSent();
      },
      destroy: async () => undefined,
    } as unknown as Dispatcher;
    const identity = { certificatePem: "", privateKeyPem: "", thumbprint: "" };
    await using line = openBankLine({ settings, identity, trustedRootsPem: undefined, timeoutMs: run.timeoutMs, now, newId, dispatcher });
    await send(line).catch((error: unknown) => {
      if (!(error instanceof Error && (error.cause instanceof NotSent || (error.cause as Error | undefined)?.cause instanceof NotSent))) throw error;
    });
  }

  const callsBy = (line: ReturnType<typeof openBankLine>, identified: boolean) =>
    createBankCalls({ adapter, egress: line.egress, apiKey: settings.OP_API_KEY, identified });
  if (own === undefined) {
    await show("certificates", undefined, (line) =>
      adapter.registration.issueCertificates(callsBy(line, false), {
        country: settings.OP_COUNTRY ?? "",
        commonName: settings.OP_TPP_NAME ?? "",
        roles: settings.OP_ROLES,
      }),
    );
  }
  const certified = {
    tppId: own?.tppId ?? "<tppId from the certificate generator>",
    organizationIdentifier: own?.organizationIdentifier ?? "<organizationIdentifier of the QWAC without PSD>",
    publicJwksUrl: own === undefined ? "<publicJwksUrl from the certificate generator>" : (settings.OP_PUBLIC_JWKS_URL ?? ""),
    softwareClientId: settings.OP_SOFTWARE_CLIENT_ID ?? newId(),
  };
  const statement = adapter.registration.softwareStatement(softwareFacts(settings, certified), { now: now(), jti: newId() }).claims;
  const request = adapter.registration.registrationRequest(
    { softwareStatement: "<software statement, signed>", redirectUris: settings.OP_REDIRECT_URIS },
    { now: now(), jti: newId() },
  ).claims;
  await show("submission", { registrationRequest: request, softwareStatement: statement }, (line) =>
    adapter.registration.submit(callsBy(line, true), "<registration request, signed: a compact JWT>"),
  );
  for (const scope of settings.OP_ROLES.map((role) => scopeOfRole[role])) {
    await show("validation", undefined, (line) =>
      createTokenEndpoint({
        oauth: adapter.oauth,
        clientId: "<client_id>",
        proof: { method: "client_secret_post", clientSecret: "<client_secret>" },
        apiKey: "<api_key>",
        egress: line.egress,
      }).clientCredentials(scope),
    );
  }
  report({ event: "planned", requests });
}

class NotSent extends Error {}

function maskHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, "x-api-key": "***" };
}
