import { isDeepStrictEqual } from "node:util";
import { isOplError } from "@opl/errors";
import type { AspspExecutionStatus, AspspPaymentStatus } from "@opl/contracts/http/bank-gateway-payments";
import type { AspspExecution, AspspPayment, AspspPaymentRef, BankReply, CallInput, PaymentsFacet } from "../../adapters/bank-adapter.ts";
import { cappedText, pathSegment, readWire, refusePage } from "../wire.ts";
import { opAuthorizationUrl } from "./authorization-request.ts";
import type { AuthorizationRequestSettings } from "./authorization-request.ts";
import { isSamePayee } from "./payee-name.ts";
import { writeOpPayment } from "./payment-request.ts";
import { opBundle, opPayment, opPaymentRequest, opSubmission } from "./payments-wire.ts";
import type { OpPayment } from "./payments-wire.ts";

export interface PaymentSettings extends Omit<AuthorizationRequestSettings, "scope"> {
  readonly pisBaseUrl: string;
  readonly paymentsJwksUrl: string;
  /** The sandbox wants our certificate once more, in a header. */
  readonly isSandbox: boolean;
  /** What the sandbox is asked to let happen to executions. */
  readonly sandboxScenario: string | undefined;
  readonly newRequestId: () => string;
}

const scopes = { client: "payments", consent: ["openid", "payments"] };
const collections: Readonly<Record<AspspPaymentRef["scheme"], string>> = { sepa: "sepa-payments", foreign: "foreign-payments" };

/** Payments: signed creation, one redirect for a bundle, a submission for each execution. */
export function opPaymentsFacet(settings: PaymentSettings): PaymentsFacet {
  const { pisBaseUrl, isSandbox, sandboxScenario, newRequestId } = settings;
  const scenarios = sandboxScenario?.split(",").map((each) => each.trim()) ?? [];
  const call = (operation: string, method: CallInput["method"], path: string, more: Partial<CallInput> = {}): CallInput => ({
    operation: `payments.${operation}`,
    method,
    url: new URL(`${pisBaseUrl}${path}`),
    showCertificate: isSandbox,
    answerSeal: "if-given",
    ...more,
    headers: { "x-request-id": newRequestId(), ...more.headers },
  });
  const paymentPath = ({ scheme, aspspPaymentId }: AspspPaymentRef): string => `/${collections[scheme]}/${pathSegment(aspspPaymentId)}`;
  const bundlePath = (aspspAuthorisationId: string): string => `/authorizations/${pathSegment(aspspAuthorisationId)}`;
  const submission = (operation: string, method: CallInput["method"], payment: AspspPaymentRef, executionId: string): CallInput =>
    call(operation, method, `${paymentPath(payment)}/submissions/${executionId}`, {
      headers: sandboxScenario === undefined ? {} : { "x-sandbox-scenario": sandboxScenario },
    });

  return {
    schemes: ["sepa", "foreign"],
    scopes,
    jwksUrl: new URL(settings.paymentsJwksUrl),
    write: writeOpPayment,
    async create(calls, seal, { scheme, paymentId, text }) {
      const reply = await calls(
        call("create", "POST", `/${collections[scheme]}`, {
          headers: { "x-idempotency-key": paymentId, "x-jws-signature": await seal.sign(Buffer.from(text)) },
          body: { type: "application/json", text },
          answerSeal: "required",
        }),
      );
      const wire = readWire(opPayment, reply);
      // Money must not go elsewhere than the person saw, nor more of it.
      if (!isSamePayment(readWire(opPaymentRequest, { json: JSON.parse(text), rawHash: reply.rawHash }), wire))
        throw refusePage(reply.rawHash, "another-payment", "");
      return { ...translatePayment(wire), aspspAuthorisationId: wire.authorizationId };
    },
    authorizationUrl: (sign, request) => opAuthorizationUrl({ ...settings, scope: scopes.consent }, sign, request),
    async read(calls, aspspAuthorisationId) {
      const reply = await calls(call("read-order", "GET", `${bundlePath(aspspAuthorisationId)}?include=payments`));
      const bundle = readWire(opBundle, reply);
      if (bundle.authorizationId !== aspspAuthorisationId) throw refusePage(reply.rawHash, "another-order", "/authorizationId");
      const payments = [...(bundle.sepaPayments ?? []), ...(bundle.foreignPayments ?? [])].map(translatePayment);
      return { status: paymentStatuses[bundle.status], payments: eachOnce(payments, reply.rawHash) };
    },
    async readPayment(calls, payment) {
      const reply = await calls(call("read", "GET", paymentPath(payment)));
      const wire = readWire(opPayment, reply);
      if (wire.paymentId !== payment.aspspPaymentId) throw refusePage(reply.rawHash, "another-payment", "/paymentId");
      return translatePayment(wire);
    },
    approvedByHelper: (aspspAuthorisationId) => scenarios.includes(`SandboxAuthorized=${aspspAuthorisationId}`),
    async execute(calls, payment, executionId) {
      return translateSubmission(await calls(submission("execute", "PUT", payment, executionId)), executionId);
    },
    async readExecution(calls, payment, executionId) {
      try {
        return translateSubmission(await calls(submission("read-execution", "GET", payment, executionId)), executionId);
      } catch (error) {
        if (isOplError(error) && error.code === "ERR_ASPSP_REJECTED" && error.details?.["status"] === 404) return undefined;
        throw error;
      }
    },
    async revokePayment(calls, payment) {
      await calls(call("revoke", "DELETE", paymentPath(payment)));
    },
    async revoke(calls, aspspAuthorisationId) {
      await calls(call("revoke-order", "DELETE", bundlePath(aspspAuthorisationId)));
    },
  };
}

/** A payment listed twice is one; one that is listed with two fates has none that could be believed. */
function eachOnce(payments: readonly AspspPayment[], rawHash: string): AspspPayment[] {
  const seen = new Map<string, AspspPayment>();
  for (const payment of payments) {
    const before = seen.get(payment.aspspPaymentId);
    if (before !== undefined && !isDeepStrictEqual(before, payment)) throw refusePage(rawHash, "payment-twice", "");
    seen.set(payment.aspspPaymentId, payment);
  }
  return [...seen.values()];
}

type Essence = Pick<OpPayment, "amountEUR" | "amount" | "currency" | "payee">;

function isSamePayment(asked: Essence, told: Essence): boolean {
  return isDeepStrictEqual(moneyOf(asked), moneyOf(told)) && isSamePayee(asked.payee?.name ?? "", told.payee?.name ?? "");
}

/** How much goes where. */
function moneyOf({ amountEUR, amount, currency, payee }: Essence) {
  return [amountEUR ?? amount, currency ?? "EUR", payee?.iban ?? payee?.bankAccount?.id];
}

const paymentStatuses: Readonly<Record<OpPayment["status"], AspspPaymentStatus>> = {
  Unauthorized: "unauthorised",
  Authorizing: "authorising",
  Authorized: "authorised",
  Rejected: "rejected",
  Completed: "completed",
  Revoked: "revoked",
  PartiallyRevoked: "partiallyRevoked",
};

function translatePayment({ paymentId, status, paymentOrder, payer }: OpPayment): AspspPayment {
  return {
    aspspPaymentId: paymentId,
    status: paymentStatuses[status],
    debtorIban: cappedText(payer?.iban?.replaceAll(/\s/g, ""), 34),
    instant: paymentOrder === "SEPA_INST",
  };
}

/** Submitted is debited, Credited moreover arrived; anything before may still come to nothing. */
const executionStatuses = {
  Accepted: "accepted",
  Pending: "pending",
  Error: "error",
  Submitted: "debited",
  Credited: "credited",
  Rejected: "rejected",
} as const satisfies Record<string, AspspExecutionStatus>;

function translateSubmission(reply: BankReply, executionId: string): AspspExecution {
  const { submissionId, status, archiveId } = readWire(opSubmission, reply);
  // Another execution's fate is not this one's.
  if (submissionId.toLowerCase() !== executionId) throw refusePage(reply.rawHash, "another-execution", "/submissionId");
  return { status: executionStatuses[status], archiveId: archiveId || null };
}
