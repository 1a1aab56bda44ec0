import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Account, Booking } from "../people/books.ts";
import { wireAccount, wireBooking } from "./account-data.ts";
import type { Authorization } from "./authorization.ts";
import type { AccountBank } from "./bank.ts";
import { requireAuthorized } from "./bearer.ts";
import { passThroughFaults } from "../http/gate.ts";
import { notFound, security } from "./refusal.ts";
import { resourceId } from "./resource-ids.ts";
import { answerPage, placeOf } from "./transaction-pages.ts";
import { countUnattended } from "./unattended.ts";

/** A4 to A6: the accounts a person chose, and their transactions. */
export function accountRoutes(server: FastifyInstance, bank: AccountBank): void {
  const { endpoint } = bank.accountSite;
  const path = `${bank.accountSite.path}/accounts`;

  server.get(path, { config: { endpoint: endpoint("A4") } }, async (request, reply) => {
    const authorization = await requireAuthorized(request, bank);
    countUnattended(request, bank, "accounts");
    if (await passThroughFaults(request, reply, bank)) return reply;
    return bank.faults.changeJson(
      request.bankCall,
      chosenAccounts(bank, authorization).map((account) => wireAccount(account, resourceId(bank, authorization, account.accountId))),
    );
  });

  server.get<{ Params: { accountId: string } }>(`${path}/:accountId`, { config: { endpoint: endpoint("A5") } }, async (request, reply) => {
    const authorization = await requireAuthorized(request, bank);
    const account = accountOf(request, bank, authorization);
    countUnattended(request, bank, account.accountId);
    if (await passThroughFaults(request, reply, bank)) return reply;
    return bank.faults.changeJson(request.bankCall, wireAccount(account, request.params.accountId));
  });

  server.get<{ Params: { accountId: string } }>(`${path}/:accountId/transactions`, { config: { endpoint: endpoint("A6") } }, async (request, reply) => {
    const authorization = await requireAuthorized(request, bank);
    const account = accountOf(request, bank, authorization);
    const place = placeOf(request, bank, { listId: account.accountId, authorizationId: authorization.authorizationId });
    request.bankCall.page = place.page;
    if (place.page === 1) countUnattended(request, bank, `${account.accountId} transactions`);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const list = {
      listId: account.accountId,
      path: `${path}/${request.params.accountId}/transactions`,
      entries: account.bookings,
      dateOf: (booking: Booking) => booking.bookingDate,
      wire: (booking: Booking) => wireBooking(booking, account.currency),
    };
    return bank.faults.changeJson(request.bankCall, answerPage(request, bank, { list, place, authorization }));
  });
}

function chosenAccounts(bank: AccountBank, authorization: Authorization & { psuId: string }): readonly Account[] {
  const accounts = bank.people.find(authorization.psuId)?.accounts ?? [];
  return accounts.filter((account) => authorization.accountIds.includes(account.accountId));
}

function accountOf(request: FastifyRequest<{ Params: { accountId: string } }>, bank: AccountBank, authorization: Authorization & { psuId: string }): Account {
  const { accountId } = request.params;
  const account = chosenAccounts(bank, authorization).find((each) => resourceId(bank, authorization, each.accountId) === accountId);
  if (account === undefined) throw bank.people.exists(accountId) ? security(403, "The authorization does not cover this account") : notFound("The account");
  request.bankCall.accountId = account.accountId;
  return account;
}
