import { OplError } from "@opl/errors";
import type { Clock } from "@opl/service";
import type { BankGateway } from "../clients/bank-gateway.ts";

type Routes = Omit<BankGateway, "listAspsps" | "createAspspConsent" | "exchangeCode" | "pollAuthorization" | "revokeAspspConsent" | "signReceipt">;
export type PaymentOperation = keyof Routes;
type PaymentStatus = Awaited<ReturnType<Routes["readPaymentOrder"]>>["status"];
type ExecutionStatus = Awaited<ReturnType<Routes["submitExecution"]>>["status"];

interface BankPayment {
  readonly paymentId: string;
  readonly count: number;
  readonly debtorIban: string | null;
  status: PaymentStatus;
}
interface BankExecution {
  readonly executionId: string;
  readonly orderId: string;
  readonly paymentId: string;
  status: ExecutionStatus;
}

/** `before`: it never arrives; `after`: it is done, and the answer is lost. */
export type FaultPoint = `${"before" | "after"} ${PaymentOperation}`;

/**
 * Gateway and bank at the seam, for payments: keeps the bank's book, is as idempotent as the contract says and no more, and fails
 * where a test says so.
 */
export class FakePaymentBank implements Routes {
  readonly #clock: Clock;
  readonly orders = new Map<string, Map<string, BankPayment>>();
  readonly executions = new Map<string, BankExecution>();
  /** Orders whose person has come back, so that the gateway can act for them. */
  readonly tokens = new Set<string>();
  /** The state of the newest attempt at each order: what comes back with another is not exchanged. */
  readonly #newest = new Map<string, string>();
  /** The account the person chose; null: the bank does not say. */
  grantedIban: string | null = "FI2112345600000785";
  readonly funds = new Map<string, { readonly iban: string | null; available: boolean; revoked: boolean }>();
  readonly calls: PaymentOperation[] = [];
  /** Called at each point; may throw, or never come back, as where the process ends. */
  fault: (point: FaultPoint) => void | Promise<void> = () => undefined;
  /** What becomes of an execution each time it is given. */
  outcome: (executionId: string) => ExecutionStatus = () => "debited";

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reset(): void {
    for (const kept of [this.orders, this.executions, this.tokens, this.funds, this.#newest]) kept.clear();
    this.calls.length = 0;
    this.fault = () => undefined;
    this.outcome = () => "debited";
    this.grantedIban = "FI2112345600000785";
  }

  /** The person says yes or no at the bank's page. */
  decide(orderId: string, status: "authorised" | "rejected"): void {
    for (const payment of this.orders.get(orderId)?.values() ?? []) if (payment.status === "unauthorised") payment.status = status;
  }

  /** How often each payment was executed, by payment. */
  book(): ReadonlyMap<string, readonly BankExecution[]> {
    return Map.groupBy(
      [...this.executions.values()].filter(({ status }) => status === "debited" || status === "credited"),
      ({ paymentId }) => paymentId,
    );
  }

  readonly initiatePayment: Routes["initiatePayment"] = ({ params: { orderId, paymentId }, body }) =>
    this.#at("initiatePayment", () => {
      const order = this.orders.get(orderId) ?? new Map<string, BankPayment>();
      this.orders.set(orderId, order);
      const payment = order.get(paymentId) ?? { paymentId, count: body.count, debtorIban: body.debtorIban, status: "unauthorised" };
      order.set(paymentId, payment);
      return { aspspAuthorisationId: `bundle-${orderId}`, payment: shown(payment) };
    });
  readonly authorisePaymentOrder: Routes["authorisePaymentOrder"] = ({ params: { orderId }, body }) =>
    this.#at("authorisePaymentOrder", () => {
      this.#newest.set(orderId, body.state);
      return { ...this.#redirect(body.state), authorizationServer: server };
    });
  readonly exchangePaymentCode: Routes["exchangePaymentCode"] = ({ params: { orderId }, body }) =>
    this.#at("exchangePaymentCode", () => {
      if (body.state !== this.#newest.get(orderId))
        throw new OplError({ code: "ERR_BANK_PAYMENT_STATE", kind: "conflict", message: "Not the newest.", details: { reason: "superseded" } });
      this.tokens.add(orderId);
      return { authorisedAt: this.#now() };
    });
  readonly readPaymentOrder: Routes["readPaymentOrder"] = ({ params: { orderId } }) =>
    this.#at("readPaymentOrder", () => ({ status: "authorised", payments: this.#paymentsOf(orderId).map(shown), readAt: this.#now() }));
  readonly submitExecution: Routes["submitExecution"] = ({ params }) =>
    this.#at("submitExecution", () => {
      const payment = this.#paymentsOf(params.orderId).find(({ paymentId }) => paymentId === params.paymentId);
      if (payment === undefined) throw refused("ERR_ASPSP_REJECTED");
      const known = this.executions.get(params.executionId);
      if (!this.tokens.has(params.orderId)) throw refused(known === undefined ? "ERR_BANK_PAYMENT_UNSENT" : "ERR_BANK_PAYMENT_STATE");
      if (known === undefined) {
        const given = [...this.executions.values()].filter(({ paymentId }) => paymentId === params.paymentId).length;
        if (payment.status !== "authorised" || given >= payment.count) throw refused("ERR_ASPSP_REJECTED");
        this.executions.set(params.executionId, { ...params, status: this.outcome(params.executionId) });
        // All of it was given for execution.
        if (given + 1 === payment.count) payment.status = "completed";
      } else if (known.status === "pending" || known.status === "error") known.status = this.outcome(params.executionId);
      return this.#answer(params.executionId);
    });
  readonly readExecution: Routes["readExecution"] = ({ params }) => this.#at("readExecution", () => this.#answer(params.executionId));
  readonly revokePayments: Routes["revokePayments"] = ({ params: { orderId }, body: { paymentId } }) =>
    this.#at("revokePayments", () => {
      for (const payment of this.#paymentsOf(orderId)) {
        if (paymentId !== null && payment.paymentId !== paymentId) continue;
        if (payment.status === "unauthorised" || payment.status === "authorised")
          payment.status = [...this.executions.values()].some((execution) => execution.paymentId === payment.paymentId) ? "partiallyRevoked" : "revoked";
      }
      return { status: "revoked", payments: this.#paymentsOf(orderId).map(shown) };
    });
  readonly forgetPaymentOrder: Routes["forgetPaymentOrder"] = ({ params: { orderId } }) =>
    this.#at("forgetPaymentOrder", () => void this.tokens.delete(orderId));
  readonly createFundsConsent: Routes["createFundsConsent"] = ({ params: { fundsConsentId }, body }) =>
    this.#at("createFundsConsent", () => {
      this.funds.set(fundsConsentId, { iban: body.iban, available: true, revoked: false });
      return { ...this.#redirect(body.state), authorizationServer: server, validUntil: body.validUntil };
    });
  readonly exchangeFundsCode: Routes["exchangeFundsCode"] = () =>
    this.#at("exchangeFundsCode", () => ({
      authorisedAt: this.#now(),
      validUntil: this.#clock
        .now()
        .add({ hours: 24 * 365 })
        .toString(),
      iban: this.grantedIban,
    }));
  readonly confirmFunds: Routes["confirmFunds"] = ({ params: { fundsConsentId } }) =>
    this.#at("confirmFunds", () => ({ fundsAvailable: this.funds.get(fundsConsentId)?.available ?? false, confirmedAt: this.#now() }));
  readonly revokeFundsConsent: Routes["revokeFundsConsent"] = ({ params: { fundsConsentId } }) =>
    this.#at("revokeFundsConsent", () => {
      const kept = this.funds.get(fundsConsentId);
      if (kept !== undefined) kept.revoked = true;
      return { aspspTold: true };
    });

  async #at<Answer>(operation: PaymentOperation, act: () => Answer): Promise<Answer> {
    this.calls.push(operation);
    await this.fault(`before ${operation}`);
    const answer = act();
    await this.fault(`after ${operation}`);
    return answer;
  }

  #paymentsOf(orderId: string): readonly BankPayment[] {
    const order = this.orders.get(orderId);
    if (order === undefined) throw new OplError({ code: "ERR_PAYMENT_ORDER_UNKNOWN", kind: "not-found", message: "The bank knows no such order." });
    return [...order.values()];
  }

  #answer(executionId: string) {
    const execution = this.executions.get(executionId);
    return {
      status: execution?.status ?? ("unknown" as ExecutionStatus),
      archiveId: execution === undefined ? null : `archive-${executionId}`,
      debtorIban: "FI2112345600000785",
      answeredAt: this.#now(),
    };
  }

  #redirect(state: string): { readonly redirectUrl: string; readonly expiresAt: string } {
    const redirectUrl = new URL("https://authorize.bank.example/oauth/authorize");
    redirectUrl.searchParams.set("state", state);
    return { redirectUrl: redirectUrl.href, expiresAt: this.#clock.now().add({ minutes: 15 }).toString() };
  }

  #now(): string {
    return this.#clock.now().toString();
  }
}

const server = { issuer: "https://authorize.bank.example", issInResponse: false, responseType: "code id_token" as const };

function shown({ paymentId, status, debtorIban }: BankPayment) {
  return { paymentId, aspspPaymentId: `bank-${paymentId}`, status, debtorIban, instant: false };
}

function refused(code: string): OplError {
  return new OplError({ code, kind: "rejected", message: "The bank says no." });
}
