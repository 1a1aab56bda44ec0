import { join } from "node:path";
import { openJournal } from "../../state/journal.ts";
import { paymentSchema, type Payment } from "./payment.ts";

export interface PaymentStore {
  get(paymentId: string): Payment | undefined;
  put(payment: Payment): void;
  /** The payment that this client made with this idempotency key. */
  withKey(clientId: string, idempotencyKey: string): Payment | undefined;
  /** In the order they were made. */
  ofBundle(authorizationId: string): readonly Payment[];
  /** Payments with a submission that time alone will change. */
  waiting(): readonly Payment[];
  all(): Iterable<Payment>;
  close(): void;
}

export function openPayments(folder: string): PaymentStore {
  const journal = openJournal<Payment>(join(folder, "payments.jsonl"), paymentSchema);
  const byKey = new Map<string, string>();
  const byBundle = new Map<string, string[]>();
  const waiting = new Set<string>();
  const pick = (ids: Iterable<string>): readonly Payment[] => [...ids].flatMap((id) => journal.get(id) ?? []);

  function index(payment: Payment): void {
    const { paymentId, authorizationId } = payment;
    byKey.set(keyOf(payment), paymentId);
    const bundle = byBundle.get(authorizationId) ?? [];
    if (!bundle.includes(paymentId)) byBundle.set(authorizationId, [...bundle, paymentId]);
    if (payment.submissions.some((each) => each.due !== undefined)) waiting.add(paymentId);
    else waiting.delete(paymentId);
  }
  for (const payment of journal.values()) index(payment);

  return {
    get: (id) => journal.get(id),
    put(payment) {
      journal.put(payment.paymentId, payment);
      index(payment);
    },
    withKey: (clientId, idempotencyKey) => journal.get(byKey.get(keyOf({ clientId, idempotencyKey })) ?? ""),
    ofBundle: (authorizationId) => pick(byBundle.get(authorizationId) ?? []),
    waiting: () => pick(waiting),
    all: () => journal.values(),
    close: () => journal.close(),
  };
}

function keyOf({ clientId, idempotencyKey }: Pick<Payment, "clientId" | "idempotencyKey">): string {
  return `${clientId} ${idempotencyKey.toLowerCase()}`;
}
