import type { Amount } from "@opl/money";

/** An execution of a payment that may show on a statement. */
export interface ExecutedPayment {
  readonly executionId: string;
  readonly debtorIban: string | null;
  readonly creditorIban: string | null;
  readonly creditorName: string | null;
  /** Positive. */
  readonly amount: Amount;
  readonly archiveId: string | null;
  /** Day of execution, UTC. */
  readonly executedOn: string;
}

/** A line that may show one. */
export interface StatementLine {
  readonly transactionId: string;
  readonly accountId: string;
  readonly accountIban: string | null;
  readonly pending: boolean;
  readonly entryReference: string | null;
  /** Signed. */
  readonly amount: Amount;
  readonly bookingDate: string;
  readonly counterpartyName: string | null;
  readonly counterpartyIban: string | null;
}

/** Days around the execution on which its line may be booked: midnight elsewhere before, holidays behind. */
export const bookedWithin = { before: 1, after: 7 } as const;

/**
 * Finds the lines that show payments. The bank's archive id decides; without one on both sides, amount, payee and day do, where they leave
 * one line and one payment. What could be two stays open: no link is better than a wrong one. Booked lines go before pending ones.
 */
export function matchPayments(payments: readonly ExecutedPayment[], lines: readonly StatementLine[]): ReadonlyMap<string, StatementLine> {
  const found = new Map<string, StatementLine>();
  const outgoing = lines.filter((line) => line.amount.minor < 0n);
  for (const payment of payments) {
    const line = byArchiveId(payment, outgoing);
    if (line !== undefined) found.set(payment.executionId, line);
  }
  const taken = new Set([...found.values()].map(({ transactionId }) => transactionId));
  const open = payments.filter(({ executionId }) => !found.has(executionId));
  const rest = outgoing.filter(({ transactionId }) => !taken.has(transactionId));
  const fitting = new Map(open.map((payment) => [payment, preferBooked(rest.filter((line) => fits(payment, line)))]));
  for (const [payment, candidates] of fitting) {
    const [line, ...others] = candidates;
    if (line === undefined || others.length > 0) continue;
    const wanted = [...fitting.values()].filter((each) => each.includes(line)).length;
    if (wanted === 1) found.set(payment.executionId, line);
  }
  return found;
}

/** Banks repeat a reference; then the amount tells, and if it does not, nothing does. */
function byArchiveId(payment: ExecutedPayment, lines: readonly StatementLine[]): StatementLine | undefined {
  if (payment.archiveId === null) return undefined;
  const same = preferBooked(lines.filter((line) => line.entryReference === payment.archiveId && isFrom(payment, line)));
  const [line, ...others] = same.length > 1 ? same.filter((each) => isAmountOf(payment, each)) : same;
  return others.length > 0 ? undefined : line;
}

function fits(payment: ExecutedPayment, line: StatementLine): boolean {
  if (payment.archiveId !== null && line.entryReference !== null) return false;
  return isFrom(payment, line) && isAmountOf(payment, line) && isTo(payment, line) && isSoonAfter(payment, line);
}

function isFrom({ debtorIban }: ExecutedPayment, { accountIban }: StatementLine): boolean {
  return debtorIban === null || debtorIban === accountIban;
}

function isAmountOf({ amount }: ExecutedPayment, line: StatementLine): boolean {
  return line.amount.currency === amount.currency && line.amount.minor === -amount.minor;
}

function isTo({ creditorIban, creditorName }: ExecutedPayment, { counterpartyIban, counterpartyName }: StatementLine): boolean {
  if (creditorIban !== null && counterpartyIban !== null) return creditorIban === counterpartyIban;
  return creditorName !== null && counterpartyName !== null && plain(creditorName) === plain(counterpartyName);
}

/** Banks print names in capitals and cut their blanks. */
function plain(name: string): string {
  return name.normalize("NFC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

function isSoonAfter({ executedOn }: ExecutedPayment, { bookingDate }: StatementLine): boolean {
  const days = Temporal.PlainDate.from(executedOn).until(bookingDate, { largestUnit: "day" }).days;
  return days >= -bookedWithin.before && days <= bookedWithin.after;
}

function preferBooked(lines: readonly StatementLine[]): readonly StatementLine[] {
  const booked = lines.filter((line) => !line.pending);
  return booked.length > 0 ? booked : lines;
}
