import { generateKeyPairSync, sign } from "node:crypto";
import type { Aspsp } from "@opl/contracts/model";
import type { Clock } from "@opl/service";
import type { BankGateway } from "../clients/bank-gateway.ts";
import { FakePaymentBank } from "./fake-payment-bank.ts";
import type { PaymentOperation } from "./fake-payment-bank.ts";

type Operation = Exclude<keyof BankGateway, PaymentOperation>;
export interface Call<Name extends Operation = Operation> {
  readonly operation: Name;
  readonly input: Parameters<BankGateway[Name]>[0];
}

type Interruption = (() => Promise<unknown> | void) | undefined;
type AuthorizationServer = Awaited<ReturnType<BankGateway["createAspspConsent"]>>["authorizationServer"];

export const testBank: Aspsp = {
  aspspId: "op-fi",
  name: "OP",
  bic: "OKOYFIHH",
  countries: ["FI"],
  environment: "sandbox",
  scaApproach: "redirect",
  capabilities: ["registration", "consents", "accounts", "balances", "transactions", "payments", "funds"],
  registrationScheme: "op",
  historyDays: 730,
  consentMaxDays: 180,
  registered: true,
  health: { status: "up", since: null },
};

/** The gateway at the seam: answers as the real one does, keeps its own books, and does otherwise where a test says so. */
export class FakeBankGateway extends FakePaymentBank implements BankGateway {
  readonly consentCalls: Call[] = [];
  readonly #clock: Clock;
  readonly #receiptKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  aspsps: Aspsp[] = [];
  beforeCreate: Interruption = undefined;
  beforeExchange: Interruption = undefined;
  beforeRevoke: Interruption = undefined;
  /** The bank asks the person in its app. */
  decoupled = false;
  polled: BankGateway["pollAuthorization"] = async () => ({ status: "pending", nextPollAt: this.#clock.now().add({ seconds: 5 }).toString() });
  beforeSign: Interruption = undefined;
  authorizationServer: AuthorizationServer = undefined;
  /** How much longer the bank's own request lives; its consent lasts for `grantedDays`. */
  requestMinutes = 15;
  grantedDays = 90;

  constructor(clock: Clock) {
    super(clock);
    this.#clock = clock;
    this.reset();
  }

  /** Empty books and the straight path. */
  override reset(): void {
    super.reset();
    this.consentCalls.length = 0;
    this.aspsps = [testBank, { ...testBank, aspspId: "other-bank", name: "Other" }];
    this.beforeCreate = this.beforeExchange = this.beforeRevoke = this.beforeSign = undefined;
    this.authorizationServer = { issuer: "https://authorize.bank.example", issInResponse: false, responseType: "code id_token", responseMode: "fragment" };
    this.decoupled = false;
    this.requestMinutes = 15;
    this.grantedDays = 90;
  }

  callsOf<Name extends Operation>(operation: Name): readonly Call<Name>[] {
    return this.consentCalls.filter((call): call is Call<Name> => call.operation === operation);
  }

  readonly listAspsps: BankGateway["listAspsps"] = async (input) => {
    this.consentCalls.push({ operation: "listAspsps", input });
    return { aspsps: this.aspsps };
  };

  readonly createAspspConsent: BankGateway["createAspspConsent"] = async (input) => {
    this.consentCalls.push({ operation: "createAspspConsent", input });
    await this.beforeCreate?.();
    const redirectUrl = new URL("https://authorize.bank.example/oauth/authorize");
    redirectUrl.searchParams.set("state", input.body.state);
    const expiresAt = this.#clock.now().add({ minutes: this.requestMinutes }).toString();
    return {
      aspspConsentId: `bank-${input.params.consentId}`,
      redirectUrl: this.decoupled ? null : redirectUrl.href,
      pollIntervalSeconds: this.decoupled ? 5 : null,
      expiresAt,
      ...(this.authorizationServer === undefined ? {} : { authorizationServer: this.authorizationServer }),
    };
  };

  readonly exchangeCode: BankGateway["exchangeCode"] = async (input) => {
    this.consentCalls.push({ operation: "exchangeCode", input });
    await this.beforeExchange?.();
    return {
      scope: ["accounts"],
      authorisedAt: this.#clock.now().toString(),
      validUntil: this.#clock
        .now()
        .add({ hours: 24 * this.grantedDays })
        .toString(),
    };
  };

  readonly pollAuthorization: BankGateway["pollAuthorization"] = async (input) => {
    this.consentCalls.push({ operation: "pollAuthorization", input });
    return this.polled(input);
  };

  readonly signReceipt: BankGateway["signReceipt"] = async (input) => {
    this.consentCalls.push({ operation: "signReceipt", input });
    await this.beforeSign?.();
    const { aspspId, ...told } = input.body;
    const payload = { version: 1, ...told, bank: { aspspId, name: "OP" }, provider: { name: "Example Ledger Oy" } };
    const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");
    const signed = `${encode({ alg: "ES256", kid: "receipts", typ: "consent-receipt+jws" })}.${encode(payload)}`;
    return {
      jws: `${signed}.${sign("sha256", Buffer.from(signed), { key: this.#receiptKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`,
      kid: "receipts",
    };
  };

  readonly revokeAspspConsent: BankGateway["revokeAspspConsent"] = async (input) => {
    this.consentCalls.push({ operation: "revokeAspspConsent", input });
    await this.beforeRevoke?.();
    return { tokensForgotten: true, aspspTold: true };
  };
}
