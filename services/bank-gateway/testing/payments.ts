import { randomBytes, randomUUID } from "node:crypto";
import { bankGatewayPaymentRoutes } from "@opl/contracts/http/bank-gateway-payments";
import type { PaymentInstruction } from "@opl/contracts/model";
import { createClient } from "@opl/service";
import type { Client, PsuContext } from "@opl/service";
import { visitBank } from "./browser.ts";
import type { TestGateway } from "./gateway.ts";
import type { Sandbox } from "./sandbox.ts";
import { redirectUri } from "./terms.ts";

type PaymentClient = Client<typeof bankGatewayPaymentRoutes>;
type Reached = Pick<TestGateway, "app" | "tokens">;
type Replica = Pick<TestGateway, "app">;

/** The payment routes as consent, or another service, reaches them. */
export function paymentsAs({ app, tokens }: Reached, service = "consent"): PaymentClient {
  return createClient(bankGatewayPaymentRoutes, { baseUrl: app.address, audience: "bank-gateway", tokens: tokens.for(service) });
}

export const sepa = (change: Partial<Extract<PaymentInstruction, { scheme: "sepa" }>> = {}): PaymentInstruction => ({
  scheme: "sepa",
  amount: { amount: "12.50", currency: "EUR" },
  creditor: { iban: "FI2112345600000785", name: "Kahvila Oy", address: null, country: null },
  remittance: { kind: "message", text: "Kiitos" },
  ...change,
});

interface InitiateOptions {
  readonly paymentId?: string;
  readonly instruction?: PaymentInstruction;
  readonly debtorIban?: string | null;
  readonly count?: number;
  readonly gateway?: Replica;
}

/** A person's order at the bank, step by step, as consent drives it. */
export class TestOrder {
  readonly orderId = randomUUID();
  readonly psu: PsuContext;
  readonly #gateway: Reached;

  constructor(gateway: Reached, psu: PsuContext) {
    this.#gateway = gateway;
    this.psu = psu;
  }

  static async of(gateway: Reached, psuId: string = randomUUID()): Promise<TestOrder> {
    return new TestOrder(gateway, await gateway.tokens.psu(psuId));
  }

  /** @param gateway another replica than the first */
  api(gateway: Replica = this.#gateway): PaymentClient {
    return paymentsAs({ app: gateway.app, tokens: this.#gateway.tokens });
  }

  initiate({ paymentId = randomUUID(), instruction = sepa(), debtorIban = null, count = 1, gateway = this.#gateway }: InitiateOptions = {}) {
    const params = { orderId: this.orderId, paymentId };
    return this.api(gateway).initiatePayment({ params, psu: this.psu, body: { aspspId: "op", debtorIban, instruction, count } });
  }

  async authorise() {
    const state = randomBytes(24).toString("base64url");
    const nonce = randomBytes(24).toString("base64url");
    const params = { orderId: this.orderId };
    const begun = await this.api().authorisePaymentOrder({ params, psu: this.psu, body: { redirectUri, state, nonce } });
    return { ...begun, state, nonce };
  }

  exchange({ state, nonce }: { state: string; nonce: string }, returned: Readonly<Record<string, string>>) {
    const body = { aspspId: "op", redirectUri, state, nonce, code: returned["code"] ?? "", idToken: returned["id_token"] ?? null, issuer: null };
    return this.api().exchangePaymentCode({ params: { orderId: this.orderId }, psu: this.psu, body });
  }

  /** Approved in the bank's pages and exchanged. */
  async approve(bankPsuId = "88888881") {
    const begun = await this.authorise();
    return this.exchange(begun, await visitBank(begun.redirectUrl, { psuId: bankPsuId }));
  }

  read() {
    return this.api().readPaymentOrder({ params: { orderId: this.orderId }, psu: this.psu });
  }

  submit(paymentId: string, executionId: string = randomUUID(), gateway: Replica = this.#gateway) {
    return this.api(gateway).submitExecution({ params: { orderId: this.orderId, paymentId, executionId } });
  }

  execution(paymentId: string, executionId: string, gateway: Replica = this.#gateway) {
    return this.api(gateway).readExecution({ params: { orderId: this.orderId, paymentId, executionId } });
  }

  revoke(paymentId: string | null) {
    return this.api().revokePayments({ params: { orderId: this.orderId }, body: { paymentId } });
  }
}

interface BookedPayment {
  readonly paymentId: string;
  readonly idempotencyKey: string;
  readonly status: string;
  readonly submissions: readonly { readonly submissionId: string; readonly status: string }[];
}

/** The bank's own book: payments, and each movement of money. */
export function bookOf(sandbox: Sandbox, filter: { authorizationId?: string; paymentId?: string }) {
  const query = new URLSearchParams(filter);
  return sandbox.admin<{ payments: BookedPayment[]; movements: { kind: string; submissionId: string; iban: string; amount: string; archiveId: string }[] }>(
    "GET",
    `/payments?${query.toString()}`,
  );
}

/** The helper of OP's sandbox says yes in a person's stead, called with our own certificate. */
export async function approveByHelper({ app, env }: Pick<TestGateway, "app" | "env">, aspspAuthorisationId: string): Promise<void> {
  const bank = await app.context.banks.active("op");
  const calls = await bank.clientCalls({ scope: "payments" });
  const url = new URL(`${env["OP_PIS_BASE_URL"]}/authorizations/${aspspAuthorisationId}/sandbox-authorize`);
  await calls({ operation: "test.sandbox-authorize", method: "POST", url });
}

/** An account of somebody else at the same bank: what is paid to it is instant. */
export async function accountOf(sandbox: Sandbox, bankPsuId: string): Promise<string> {
  const { people } = await sandbox.admin<{ people: { psuId: string; accounts: { iban: string }[] }[] }>("GET", "/people");
  const account = people.find(({ psuId }) => psuId === bankPsuId)?.accounts[0];
  if (account === undefined) throw new Error(`${bankPsuId} has no account`);
  return account.iban;
}
