import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ledgerOf } from "../books/ledger.ts";
import { errors } from "../errors.ts";
import { wireAuthorization } from "../op/authorization.ts";
import { wireBooking } from "../op/account-data.ts";
import type { AccountBank, Bank } from "../op/bank.ts";
import { minorFrom } from "../people/books.ts";
import { bicOf } from "../people/identifiers.ts";
import { bankOf, type AccountBanks } from "./banks.ts";
import { readInput } from "./input.ts";

const callsQuery = z.object({
  since: z.string().optional(),
  endpoint: z.string().optional(),
  clientId: z.string().optional(),
  authorizationId: z.string().optional(),
  psu: z.string().optional(),
});

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD");
const newBookingSchema = z.strictObject({
  psu: z.string(),
  /** Account id or IBAN. */
  account: z.string(),
  /** Decimal text; a debit is negative. */
  amount: z.string(),
  bookingDate: day.optional(),
  valueDate: day.optional(),
  paymentDate: day.optional(),
  archiveId: z.string().optional(),
  message: z.string().optional(),
  reference: z.string().optional(),
  payer: z.string().optional(),
  recipient: z.strictObject({ name: z.string(), identifier: z.string().optional() }).optional(),
  description: z.string().default("TILISIIRTO"),
});

/** What the bank remembers and what is truly on its accounts. */
export function bookRoutes(server: FastifyInstance, banks: AccountBanks): void {
  const bank = banks.op;
  const all: readonly AccountBank[] = [bank, ...banks.issuers];
  server.get("/", async () => ({
    clock: { now: bank.clock.now().toString(), today: bank.clock.today().toString(), offsetSeconds: bank.clock.offsetSeconds },
    books: ["GET /books/calls", "GET /books/summary", "GET /books/ledger", "GET /people", "GET /registrations", "GET /authorizations"],
    changes: ["POST /transactions", "GET /faults", "POST /faults", "DELETE /faults", "DELETE /faults/:id"],
    banks: [
      "GET /uk/clients",
      "POST /uk/clients",
      "POST /uk/clients/:id",
      "DELETE /uk/clients/:id",
      "GET /fapi/:issuer/clients",
      "DELETE /fapi/:issuer/clients/:id",
      "GET /fapi/:issuer/approvals",
      "POST /fapi/:issuer/approvals",
      "GET /berlin-group/third-parties",
      "GET /berlin-group/consents",
      "POST /berlin-group/third-parties/:id/block",
      "DELETE /berlin-group/third-parties/:id/block",
    ],
  }));

  server.get("/books/calls", async (request) => ({ calls: bank.calls.list(readCallQuery(request.query)), lastSeq: bank.calls.lastSeq }));
  server.get("/books/summary", async (request) => ({ endpoints: bank.calls.summary(readCallQuery(request.query)), lastSeq: bank.calls.lastSeq }));

  server.get("/books/ledger", async (request) => {
    const query = readInput(
      z.object({
        psu: z.string().optional(),
        account: z.string().optional(),
        authorizationId: z.string().optional(),
        from: day.optional(),
        to: day.optional(),
        rows: z.stringbool().default(false),
      }),
      request.query,
    );
    return ledgerOf(bankOf(banks, query), query);
  });

  server.get("/people", async () => ({
    people: all
      .flatMap(({ people }) => people.residents.map((each) => ({ ...each, people })))
      .map(({ psuId, name, note, people }) => {
        const books = people.find(psuId);
        return {
          psuId,
          name,
          note,
          begins: books?.begins,
          accounts: books?.accounts.map(({ accountId, productName, iban, currency, bookings }) => ({
            accountId,
            productName,
            iban,
            currency,
            transactions: bookings.length,
          })),
          cards: books?.cards.map(({ cardId, productName, cardNumber, rows }) => ({ cardId, productName, cardNumber, transactions: rows.length })),
        };
      }),
    load: "load-<n>-<count> logs in as person n with count transactions, load-<n>-<count>-<accounts> with that many accounts",
  }));

  server.get("/registrations", async () => ({
    tpps: [...bank.tpps.values()].map(({ jwks, ...tpp }) => ({ ...tpp, kids: jwks.keys.map((key) => key["kid"]) })),
    clients: [...bank.clients.values()].map(({ clientSecretDigest: _s, apiKey: _k, ...client }) => client),
  }));

  server.get("/authorizations", async (request) => {
    const { psu, clientId } = readInput(z.object({ psu: z.string().optional(), clientId: z.string().optional() }), request.query);
    const chosen = all
      .flatMap(({ authorizations }) => [...authorizations.all()].map((each) => ({ ...each, wire: wireAuthorization(each, authorizations.statusOf(each)) })))
      .filter((each) => (psu === undefined || each.psuId === psu) && (clientId === undefined || each.clientId === clientId));
    return {
      authorizations: chosen.map((each) => ({
        ...each.wire,
        clientId: each.clientId,
        psuId: each.psuId,
        accountIds: each.accountIds,
        cardIds: each.cardIds,
      })),
    };
  });

  server.post("/transactions", async (request, reply) => {
    const input = readInput(newBookingSchema, request.body);
    const { people } = bankOf(banks, input);
    const person = people.find(input.psu);
    if (person === undefined) throw errors.ERR_SANDBOX_PSU_UNKNOWN();
    const account = person.accounts.find((each) => each.accountId === input.account || each.iban === input.account);
    if (account === undefined) throw errors.ERR_SANDBOX_ACCOUNT_UNKNOWN();
    const amountMinor = minorFrom(input.amount, account.currency);
    if (amountMinor === undefined) throw errors.ERR_SANDBOX_INPUT({ message: `amount: ${input.amount} is not an exact amount of ${account.currency}` });
    const today = bank.clock.today().toString();
    const bookingDate = input.bookingDate ?? today;
    if (bookingDate > today) throw errors.ERR_SANDBOX_INPUT({ message: "bookingDate: must not be after today" });
    const booking = people.add(person.psuId, account.accountId, {
      amountMinor,
      bookingDate,
      valueDate: input.valueDate ?? bookingDate,
      paymentDate: input.paymentDate,
      archiveId: input.archiveId,
      message: input.message,
      reference: input.reference,
      payerName: input.payer,
      recipient:
        input.recipient === undefined
          ? undefined
          : { ...input.recipient, servicer: input.recipient.identifier === undefined ? undefined : bicOf(input.recipient.identifier) },
      description: input.description,
    });
    return reply.code(201).send({ psuId: person.psuId, accountId: account.accountId, transaction: wireBooking(booking, account.currency) });
  });
}

function readCallQuery(query: unknown): Parameters<Bank["calls"]["list"]>[0] {
  const { since, psu, ...rest } = readInput(callsQuery, query);
  return { ...rest, psuId: psu, since: since === undefined ? undefined : readSince(since) };
}

function readSince(text: string): number | Temporal.Instant {
  if (/^\d{1,15}$/.test(text)) return Number.parseInt(text, 10);
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw errors.ERR_SANDBOX_INPUT({ message: "since: expected the number of a call or an ISO 8601 time" });
  }
}
