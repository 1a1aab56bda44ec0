import { OplError } from "@opl/errors";
import type { BankGateway } from "../clients/bank-gateway.ts";

type Operation = Exclude<keyof BankGateway, "listAspsps">;

/** A gateway that keeps its promise: a step asked twice is done once. It counts both, and can be told to fail. */
export interface StandInGateway {
  readonly gateway: BankGateway;
  /** How often each step was asked for, and how often it was really done at the bank. */
  readonly asked: Map<Operation, number>;
  readonly done: Map<Operation, number>;
  /** The next call of this step fails: before the bank was asked, or after it had answered. */
  fail(operation: Operation, when: "before" | "after", error?: OplError): void;
}

const at = "2026-11-22T10:00:00Z";
const lost = new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "no answer" });

export function standInGateway(statementsEnd: () => string): StandInGateway {
  const asked = new Map<Operation, number>();
  const done = new Map<Operation, number>();
  const failures = new Map<Operation, { when: "before" | "after"; error: OplError }>();
  const answers = new Map<string, unknown>();
  const count = (map: Map<Operation, number>, operation: Operation): void => void map.set(operation, (map.get(operation) ?? 0) + 1);

  const step =
    <Input extends { readonly params: { readonly registrationId: string } }, Output>(
      operation: Operation,
      perform: (input: Input) => Output,
      repeatable = true,
    ) =>
    async (input: Input): Promise<Output> => {
      count(asked, operation);
      const failure = failures.get(operation);
      failures.delete(operation);
      if (failure?.when === "before") throw failure.error;
      const key = `${operation} ${input.params.registrationId}`;
      if (!repeatable || !answers.has(key)) {
        count(done, operation);
        answers.set(key, perform(input));
      }
      if (failure?.when === "after") throw failure.error;
      return answers.get(key) as Output;
    };
  const certificate = (purpose: "qwac" | "qsealc", registrationId: string) => ({
    aspspId: "bank-a",
    purpose,
    kid: `${purpose}-1`,
    algorithm: "RS256",
    subject: `CN=${purpose}`,
    organizationIdentifier: "PSDFI-TEST-1",
    roles: ["PSP_AI"],
    notBefore: "2026-11-22T05:00:00Z",
    notAfter: "2031-11-22T10:00:00Z",
    thumbprint: `${purpose} ${registrationId}`,
    chainPem: ["pem"],
    inUse: true,
  });
  const gateway: BankGateway = {
    listAspsps: async () => ({
      aspsps: [
        {
          aspspId: "bank-a",
          name: "Bank A",
          bic: null,
          countries: ["FI"],
          environment: "sandbox",
          scaApproach: "redirect",
          capabilities: ["registration", "consents"],
          registrationScheme: "op",
          historyDays: 729,
          consentMaxDays: 180,
          registered: false,
          health: { status: "up", since: null },
        },
        {
          aspspId: "bank-b",
          name: "Bank B",
          bic: null,
          countries: ["FI"],
          environment: "sandbox",
          scaApproach: "redirect",
          capabilities: ["consents"],
          registrationScheme: null,
          historyDays: 90,
          consentMaxDays: 90,
          registered: true,
          health: { status: "up", since: null },
        },
      ],
    }),
    issueCertificates: step("issueCertificates", ({ params }) => ({
      tppId: "TPP-1",
      organizationIdentifier: "PSDFI-TEST-1",
      publicJwksUrl: "https://keys.example/jwks.json",
      certificates: [certificate("qwac", params.registrationId), certificate("qsealc", params.registrationId)],
    })),
    buildSoftwareStatement: step(
      "buildSoftwareStatement",
      () => ({ softwareStatement: "a.b.c", kid: "qsealc-1", algorithm: "RS256", expiresAt: statementsEnd() }),
      false,
    ),
    buildRegistrationRequest: step(
      "buildRegistrationRequest",
      () => ({ registrationRequest: "d.e.f", kid: "qsealc-1", algorithm: "RS256", expiresAt: statementsEnd() }),
      false,
    ),
    submitRegistration: step("submitRegistration", () => ({
      client: {
        clientId: "client-1",
        clientIdIssuedAt: at,
        clientSecretExpiresAt: null,
        clientName: "One Point Ledger",
        redirectUris: ["https://ledger.example/connect/return/bank-a"],
        grantTypes: [],
        softwareId: null,
        scope: null,
        jwksEndpoint: null,
        softwareRoles: ["AIS"],
      },
    })),
    validateRegistration: step("validateRegistration", ({ body }: { params: { registrationId: string }; body: { scopes: string[] } }) => ({
      validated: body.scopes.map((scope) => ({ scope, at })),
    })),
    activateRegistration: step("activateRegistration", () => ({ activatedAt: at })),
  };
  return { gateway, asked, done, fail: (operation, when, error = lost) => void failures.set(operation, { when, error }) };
}
