import type { FastifyInstance, FastifyRequest } from "fastify";
import { header } from "../../http/call.ts";
import { passThroughFaults } from "../../http/gate.ts";
import { stableId } from "../../people/random.ts";
import { sendAnswer } from "../answer.ts";
import type { Bank } from "../bank.ts";
import { requireAccessToken } from "../bearer.ts";
import { notFound, paymentRefused, security, validation, type Violation } from "../refusal.ts";
import type { AccessToken } from "../token-store.ts";
import { ownPayment, statusOf } from "./own-payment.ts";
import { hasSubmissionsLeft, wireSubmission, type Payment, type Submission } from "./payment.ts";
import { paymentKinds } from "./payments.ts";
import { readScenario, type Scenario } from "./scenario.ts";
import { hasFunds, keepSubmission, settleDue } from "./settlement.ts";
import { decideSubmission, isSettledOrTaken } from "./submission.ts";

type SubmissionPath = { Params: { paymentId: string; submissionId: string } };

/** P3, P4, P7 and P8: submitting approved payments, and what became of them. */
export function submissionRoutes(server: FastifyInstance, bank: Bank): void {
  for (const { path, paymentType, endpoints } of paymentKinds) {
    const list = `${path}/:paymentId/submissions`;
    const one = `${list}/:submissionId`;

    server.get<{ Params: { paymentId: string } }>(list, { config: { endpoint: endpoints.submissions } }, async (request, reply) => {
      const payment = ownPayment(request, bank, paymentType, requireAccessToken(request, bank, "payments"));
      if (await passThroughFaults(request, reply, bank)) return reply;
      return sendAnswer(request, reply, bank, { body: { submissions: payment.submissions.map(wireSubmission) } });
    });

    server.get<SubmissionPath>(one, { config: { endpoint: endpoints.submission } }, async (request, reply) => {
      const token = requireAccessToken(request, bank, "payments");
      const { paymentId } = ownPayment(request, bank, paymentType, token);
      const scenario = scenarioOf(request, bank);
      if (submissionOf(bank, request.params) === undefined) throw notFound("The submission");
      if (await passThroughFaults(request, reply, bank)) return reply;
      hasten(bank, request.params, scenario);
      settleLater(bank, paymentId, scenario);
      return sendAnswer(request, reply, bank, { body: wireSubmission(submissionOf(bank, request.params) as Submission) });
    });

    server.put<SubmissionPath>(one, { config: { endpoint: `${endpoints.submission}-submit` } }, async (request, reply) => {
      const token = requireAccessToken(request, bank, "payments");
      const payment = ownPayment(request, bank, paymentType, token);
      const scenario = scenarioOf(request, bank);
      requireApproval(bank, payment, token, scenario);
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(request.params.submissionId)) {
        throw validation([{ type: "InvalidValue", path: "submissionId", message: "submissionId must be a UUID" }]);
      }
      if (await passThroughFaults(request, reply, bank)) return reply;
      settleLater(bank, payment.paymentId, scenario);
      const before = submissionOf(bank, request.params);
      const refusal = before !== undefined && isSettledOrTaken(before) ? undefined : submit(bank, payment.paymentId, { before, scenario, ...request.params });
      if (refusal !== undefined && bank.config.SANDBOX_PAYMENT_REFUSALS === "violation") throw paymentRefused(refusal);
      const body = wireSubmission(submissionOf(bank, request.params) as Submission);
      return sendAnswer(request, reply, bank, { status: before === undefined ? 201 : 200, body });
    });
  }
}

/** Carries the submission out, for the first time or again; answers why it failed. */
function submit(
  bank: Bank,
  paymentId: string,
  { before, scenario, submissionId }: { before: Submission | undefined; scenario: Scenario; submissionId: string },
): Violation | undefined {
  const payment = bank.payments.get(paymentId) as Payment;
  const status = statusOf(bank, payment);
  const again = before?.takenIn === true;
  if (status !== "Authorized" || (!again && !hasSubmissionsLeft(payment))) {
    const message = status === "Authorized" ? "The payment was submitted as often as it may be" : `A payment in status ${status} cannot be submitted`;
    throw validation([{ type: "IllegalState", message }]);
  }
  const now = asOf(bank, scenario);
  const archiveId = `${bank.clock.today().toString().slice(2).replaceAll("-", "")}5UPH${stableId(`${paymentId} ${submissionId}`, 8).toUpperCase()}`;
  const { submission, refusal } = decideSubmission(before ?? { submissionId, archiveId, created: now.toString() }, {
    now,
    settleSeconds: bank.config.SANDBOX_PAYMENT_SECONDS,
    scenario,
    enoughFunds: hasFunds(bank, payment),
  });
  keepSubmission(bank, paymentId, before === undefined ? { ...submission, modified: undefined } : submission);
  // A scenario that was asked for shows Accepted first, however short the wait is.
  if (scenario.outcome === undefined) settleDue(bank, now, [bank.payments.get(paymentId) as Payment]);
  return refusal;
}

/** The person's token of this very authorization; or any of the client where the helper of the sandbox approved. */
function requireApproval(bank: Bank, payment: Payment, token: AccessToken, scenario: Scenario): void {
  if (token.kind === "psu" && token.authorizationId === payment.authorizationId) return;
  if (scenario.authorized === payment.authorizationId && bank.authorizations.get(payment.authorizationId)?.byHelper === true) return;
  throw security(403, "Submitting needs the token of the person who approved this payment");
}

/** While reading, a scenario brings about at once what an accepted submission waits for. */
function hasten(bank: Bank, { paymentId, submissionId }: SubmissionPath["Params"], { outcome }: Scenario): void {
  const submission = submissionOf(bank, { paymentId, submissionId });
  if (submission?.status !== "Accepted" || (outcome !== "PaymentSubmitFailed" && outcome !== "PaymentSubmitSuccess")) return;
  keepSubmission(bank, paymentId, { ...submission, due: { at: bank.clock.now().toString(), to: outcome === "PaymentSubmitFailed" ? "Rejected" : "debit" } });
}

function settleLater(bank: Bank, paymentId: string, scenario: Scenario): void {
  const payment = bank.payments.get(paymentId);
  if (payment !== undefined) settleDue(bank, asOf(bank, scenario), [payment]);
}

function asOf(bank: Bank, { later }: Scenario): Temporal.Instant {
  return later === undefined ? bank.clock.now() : bank.clock.now().add(later);
}

function submissionOf(bank: Bank, { paymentId, submissionId }: SubmissionPath["Params"]): Submission | undefined {
  return bank.payments.get(paymentId)?.submissions.find((each) => each.submissionId === submissionId);
}

function scenarioOf(request: FastifyRequest, bank: Bank): Scenario {
  const scenario = readScenario(header(request, "x-sandbox-scenario") ?? bank.faults.scenario(request.bankCall));
  if ("type" in scenario) throw validation([scenario]);
  return scenario;
}
