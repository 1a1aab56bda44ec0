import type { Aspsp, ClientInformation, RegistrationTerms } from "@opl/contracts/model";
import { OplError } from "@opl/errors";
import type { BankGateway } from "../clients/bank-gateway.ts";
import type { StandInCustody } from "./custody.ts";
import { anAspsp } from "./document.ts";

type Operation = Exclude<keyof BankGateway, keyof StandInCustody["operations"]>;

/** A gateway that keeps its promise: a step asked twice is done once. It counts both, and can be told to fail. */
export interface StandInGateway {
  readonly gateway: BankGateway;
  /** How often each step was asked for, and how often it was really done at the bank. */
  readonly asked: Map<Operation, number>;
  readonly done: Map<Operation, number>;
  /** The banks there are; a test may change them. */
  readonly aspsps: Aspsp[];
  /** What the banks have on record, by registration; a test may change or remove a record. */
  readonly clients: Map<string, ClientInformation & { readonly aspspId: string }>;
  /** Every client a bank ever made, by bank. */
  readonly made: Map<string, number>;
  /** The next call of this step fails: before the bank was asked, or after it had answered. */
  fail(operation: Operation, when: "before" | "after", error?: OplError): void;
  /** Banks that refuse every registration. */
  readonly refusing: Set<string>;
  /** When certificates end that banks issue from now on. */
  certificatesEndAt(instant: string): void;
  /** Every call fails before it is asked, until `null` is said. */
  away(error: OplError | null): void;
}

const at = "2026-11-22T10:00:00Z";
export const lost = new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "no answer" });

const twoBanks = [
  anAspsp("bank-a", { name: "Bank A" }),
  anAspsp("bank-b", { name: "Bank B", capabilities: ["consents"], registrationScheme: null, registered: true }),
];

const refusal = new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "The bank refused the registration." });
/** What the real one says. */
const neverSeen = new OplError({ code: "ERR_BANK_REGISTRATION_NOT_FOUND", kind: "not-found", message: "There is no such registration." });
const notConfigured = new OplError({ code: "ERR_ASPSP_UNKNOWN", kind: "not-found", message: "There is no such bank." });
const unasked = async (): Promise<never> => {
  throw new TypeError("nothing of our own here");
};
const nothingOwn: StandInCustody["operations"] = {
  listOwnCertificates: async () => ({ certificates: [], enrolment: false }),
  listPublicKeys: async () => ({ keys: [] }),
  requestCertificate: unasked,
  retireCertificate: unasked,
};

/** With a custody, banks that are not of the scheme `op` get our own certificates: the newest that are ready. */
export function standInGateway(statementsEnd: () => string, aspsps: readonly Aspsp[] = twoBanks, custody?: StandInCustody): StandInGateway {
  const refusing = new Set<string>();
  const asked = new Map<Operation, number>();
  const done = new Map<Operation, number>();
  const failures = new Map<Operation, { when: "before" | "after"; error: OplError }>();
  const answers = new Map<string, unknown>();
  const termsOf = new Map<string, RegistrationTerms>();
  const clients: StandInGateway["clients"] = new Map();
  const made = new Map<string, number>();
  const directory = [...aspsps];
  let certificatesEnd = "2031-11-22T10:00:00Z";
  let gone: OplError | null = null;
  const count = <Key>(map: Map<Key, number>, key: Key): void => void map.set(key, (map.get(key) ?? 0) + 1);

  const step =
    <Input extends { readonly params: { readonly registrationId: string } }, Output>(
      operation: Operation,
      perform: (input: Input) => Output,
      repeatable = true,
    ) =>
    async (input: Input): Promise<Output> => {
      count(asked, operation);
      if (gone !== null) throw gone;
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
  const certificate = (purpose: "qwac" | "qsealc", registrationId: string, aspspId: string) => ({
    aspspId,
    purpose,
    kid: `${purpose}-1`,
    algorithm: "RS256",
    subject: `CN=${purpose}`,
    organizationIdentifier: "PSDFI-TEST-1",
    roles: ["PSP_AI"],
    notBefore: "2026-11-22T05:00:00Z",
    notAfter: certificatesEnd,
    thumbprint: `${purpose} ${registrationId}`,
    chainPem: ["pem"],
    inUse: true,
  });
  const gateway: BankGateway = {
    listAspsps: async () => {
      count(asked, "listAspsps");
      if (gone !== null) throw gone;
      return { aspsps: directory.map((aspsp) => ({ ...aspsp })) };
    },
    issueCertificates: step("issueCertificates", ({ params: { registrationId }, body: { aspspId } }) => ({
      tppId: "TPP-1",
      organizationIdentifier: "PSDFI-TEST-1",
      publicJwksUrl: "https://keys.example/jwks.json",
      certificates:
        custody === undefined || directory.find((aspsp) => aspsp.aspspId === aspspId)?.registrationScheme === "op"
          ? [certificate("qwac", registrationId, aspspId), certificate("qsealc", registrationId, aspspId)]
          : custody.newestPair(aspspId),
    })),
    buildSoftwareStatement: step(
      "buildSoftwareStatement",
      ({ params, body }) => {
        termsOf.set(params.registrationId, body.terms);
        return { softwareStatement: "a.b.c", kid: "qsealc-1", algorithm: "RS256", expiresAt: statementsEnd() };
      },
      false,
    ),
    buildRegistrationRequest: step(
      "buildRegistrationRequest",
      () => ({ registrationRequest: "d.e.f", kid: "qsealc-1", algorithm: "RS256", expiresAt: statementsEnd() }),
      false,
    ),
    submitRegistration: step("submitRegistration", ({ params: { registrationId }, body: { aspspId } }) => {
      if (refusing.has(aspspId)) throw refusal;
      const terms = termsOf.get(registrationId);
      count(made, aspspId);
      const client = {
        clientId: `client-${aspspId}-${made.get(aspspId) ?? 0}`,
        clientIdIssuedAt: at,
        clientSecretExpiresAt: null,
        clientName: terms?.clientName ?? null,
        redirectUris: [...(terms?.redirectUris ?? [])],
        grantTypes: [],
        softwareId: null,
        scope: null,
        jwksEndpoint: null,
        softwareRoles: [...(terms?.roles ?? [])],
      };
      clients.set(registrationId, { ...client, aspspId });
      return { client };
    }),
    validateRegistration: step("validateRegistration", ({ body }) => ({ validated: body.scopes.map((scope) => ({ scope, at })) })),
    activateRegistration: step("activateRegistration", () => ({ activatedAt: at })),
    readRegistration: step(
      "readRegistration",
      ({ params: { registrationId } }) => {
        if (!answers.has(`issueCertificates ${registrationId}`)) throw neverSeen;
        const client = clients.get(registrationId);
        return { standing: client === undefined ? ("unknown" as const) : ("known" as const), client: client ?? null, checkedAt: at };
      },
      false,
    ),
    endRegistration: step("endRegistration", ({ params: { registrationId }, body: { aspspId } }) => {
      if (!answers.has(`issueCertificates ${registrationId}`)) throw neverSeen;
      if (directory.every((aspsp) => aspsp.aspspId !== aspspId)) throw notConfigured;
      clients.delete(registrationId);
      return { aspspTold: true, endedAt: at };
    }),
    ...(custody?.operations ?? nothingOwn),
  };
  return {
    gateway,
    asked,
    done,
    aspsps: directory,
    clients,
    made,
    refusing,
    fail: (operation, when, error = lost) => void failures.set(operation, { when, error }),
    certificatesEndAt: (instant) => {
      certificatesEnd = instant;
    },
    away: (error) => {
      gone = error;
    },
  };
}
