import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Bank } from "../op/bank.ts";
import { statusOf } from "../op/payments/own-payment.ts";
import { readInput } from "./input.ts";

const query = z.object({
  psu: z.string().optional(),
  clientId: z.string().optional(),
  authorizationId: z.string().optional(),
  paymentId: z.string().optional(),
});

/** The payment book: what was asked for, what was submitted, and each movement of money, once. */
export function paymentBookRoutes(server: FastifyInstance, bank: Bank): void {
  server.get("/payments", async (request) => {
    const { psu, clientId, authorizationId, paymentId } = readInput(query, request.query);
    const chosen = [...bank.payments.all()].filter(
      (each) =>
        (psu === undefined || bank.authorizations.get(each.authorizationId)?.psuId === psu) &&
        (clientId === undefined || each.clientId === clientId) &&
        (authorizationId === undefined || each.authorizationId === authorizationId) &&
        (paymentId === undefined || each.paymentId === paymentId),
    );
    const movements = chosen.flatMap((payment) =>
      payment.submissions.flatMap(({ submissionId, debit, credit }) => {
        const of = { paymentId: payment.paymentId, submissionId };
        return [...(debit === undefined ? [] : [{ kind: "debit", ...of, ...debit }]), ...(credit === undefined ? [] : [{ kind: "credit", ...of, ...credit }])];
      }),
    );
    return {
      payments: chosen.map((payment) => ({ ...payment, status: statusOf(bank, payment), psuId: bank.authorizations.get(payment.authorizationId)?.psuId })),
      movements,
    };
  });
}
