import type { Account } from "../../people/books.ts";
import { decimalText } from "../../people/books.ts";
import { bicOf } from "../../people/identifiers.ts";
import { stableId } from "../../people/random.ts";
import { grossOf } from "../account-data.ts";
import type { Bank } from "../bank.ts";
import { conclusionOf, paymentStatus, type Payment, type Submission } from "./payment.ts";

type SettlingBank = Pick<Bank, "payments" | "authorizations" | "people" | "clock">;

/** Carries out what has come to its time at `now`. Whoever looks at the bank calls this first, so that nobody sees a debt of it. */
export function settleDue(bank: SettlingBank, now = bank.clock.now(), payments = bank.payments.waiting()): void {
  for (const payment of payments) {
    for (const submission of payment.submissions) {
      const { due } = submission;
      if (due === undefined || Temporal.Instant.compare(Temporal.Instant.from(due.at), now) > 0) continue;
      const settled = due.to === "debit" ? debit(bank, payment, submission) : { status: "Rejected" as const };
      keepSubmission(bank, payment.paymentId, { ...submission, ...settled, due: undefined, modified: now.toString() });
    }
  }
}

/** Replaces one submission of a payment, or adds it, and brings the bundle up to date. */
export function keepSubmission(bank: SettlingBank, paymentId: string, submission: Submission): void {
  const payment = bank.payments.get(paymentId);
  if (payment === undefined) return;
  const known = payment.submissions.some((each) => each.submissionId === submission.submissionId);
  const submissions = known
    ? payment.submissions.map((each) => (each.submissionId === submission.submissionId ? submission : each))
    : [...payment.submissions, submission];
  bank.payments.put({ ...payment, submissions, modified: submission.modified ?? submission.created });
  concludeBundle(bank, payment.authorizationId);
}

/** A bundle ends with the last of its payments. */
export function concludeBundle(bank: Pick<Bank, "payments" | "authorizations">, authorizationId: string): void {
  const bundle = bank.authorizations.get(authorizationId);
  if (bundle === undefined) return;
  const status = bank.authorizations.statusOf(bundle);
  const conclusion = conclusionOf(bank.payments.ofBundle(authorizationId).map((each) => paymentStatus(each, status)));
  if (conclusion !== undefined && conclusion !== status) bank.authorizations.apply(authorizationId, { type: "conclude", status: conclusion });
}

/** Revokes what can still be revoked of these payments; answers how many that were. */
export function revokePayments(bank: Pick<Bank, "payments" | "authorizations" | "clock">, payments: readonly Payment[]): number {
  const open = payments.filter((each) => isRevocable(bank, each));
  for (const each of open) bank.payments.put({ ...each, revoked: true, modified: bank.clock.now().toString() });
  for (const id of new Set(open.map((each) => each.authorizationId))) concludeBundle(bank, id);
  return open.length;
}

function isRevocable(bank: Pick<Bank, "authorizations">, payment: Payment): boolean {
  const bundle = bank.authorizations.get(payment.authorizationId);
  return bundle !== undefined && ["Unauthorized", "Authorizing", "Authorized"].includes(paymentStatus(payment, bank.authorizations.statusOf(bundle)));
}

/** The account the person chose to pay from. */
export function debitAccount(bank: Pick<Bank, "authorizations" | "people">, payment: Payment): { psuId: string; account: Account } | undefined {
  const { psuId, accountIds } = bank.authorizations.get(payment.authorizationId) ?? { accountIds: [] };
  const account = bank.people.find(psuId ?? "")?.accounts.find((each) => each.accountId === accountIds[0]);
  return psuId === undefined || account === undefined ? undefined : { psuId, account };
}

/** Whether the account carries this payment beside those that wait to be debited from it. */
export function hasFunds(bank: SettlingBank, payment: Payment): boolean {
  const from = debitAccount(bank, payment);
  if (from === undefined) return false;
  const promised = bank.payments
    .waiting()
    .filter((each) => debitAccount(bank, each)?.account.accountId === from.account.accountId)
    .flatMap((each) => each.submissions.filter(({ due }) => due?.to === "debit").map(() => BigInt(each.instruction.cents)))
    .reduce((sum, cents) => sum + cents, 0n);
  return available(from.account) - promised >= BigInt(payment.instruction.cents);
}

/** What a person could spend from the account now. */
export function available(account: Account): bigint {
  return grossOf(account) - (account.reservedMinor ?? 0n);
}

/** Moves the money: from the account, and to the payee's where that is here. Rejected where the money has gone meanwhile. */
function debit(bank: SettlingBank, payment: Payment, submission: Submission): Partial<Submission> & Pick<Submission, "status"> {
  const from = debitAccount(bank, payment);
  const { payeeAccount, payeeName, payeeBic } = payment.instruction;
  const cents = BigInt(payment.instruction.cents);
  const isBooked = from?.account.bookings.some((each) => each.archiveId === submission.archiveId) ?? false;
  if (from === undefined || (!isBooked && available(from.account) < cents)) return { status: "Rejected" };
  const recipient = { name: payeeName, identifier: payeeAccount, servicer: payeeBic ?? (payeeAccount.startsWith("FI") ? bicOf(payeeAccount) : undefined) };
  const description = payment.paymentType === "SepaPayment" ? "TILISIIRTO" : "ULKOMAANMAKSU";
  const taken = book(bank, from, { minor: -cents, archiveId: submission.archiveId, payment, entry: { recipient, description } });
  const to = bank.people.holderOf(payeeAccount);
  if (to === undefined) return { status: "Submitted", debit: taken };
  const archiveId = `${submission.archiveId.slice(0, 10)}${stableId(`credit ${submission.archiveId} ${payment.paymentId}`, 8).toUpperCase()}`;
  const credit = book(bank, to, { minor: cents, archiveId, payment, entry: { payerName: from.account.owner, description } });
  return { status: payment.paymentOrder === "SEPA_INST" ? "Credited" : "Submitted", debit: taken, credit };
}

/** One booking, once: after a kill between two writes it is found again by its archive id. */
function book(
  bank: SettlingBank,
  { psuId, account }: { psuId: string; account: Account },
  {
    minor,
    archiveId,
    payment,
    entry,
  }: { minor: bigint; archiveId: string; payment: Payment; entry: Pick<Parameters<Bank["people"]["add"]>[2], "recipient" | "payerName" | "description"> },
): NonNullable<Submission["debit"]> {
  const { message, reference } = payment.instruction;
  const known = account.bookings.find((each) => each.archiveId === archiveId);
  const bookingDate = known?.bookingDate ?? bank.clock.today().toString();
  if (known === undefined) {
    bank.people.add(psuId, account.accountId, {
      ...entry,
      amountMinor: minor,
      bookingDate,
      valueDate: bookingDate,
      paymentDate: bookingDate,
      archiveId,
      message,
      reference: reference === undefined || reference.startsWith("RF") ? reference : reference.padStart(20, "0"),
    });
  }
  return { psuId, accountId: account.accountId, iban: account.iban, amount: decimalText(minor, account.currency), archiveId, bookingDate };
}
