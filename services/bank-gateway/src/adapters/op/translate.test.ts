import { readFileSync } from "node:fs";
import { aspspAccount, aspspBalance, aspspTransaction, clientInformation } from "@opl/contracts/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { translateAccounts } from "../../standards/op/accounts.ts";
import { translateCards } from "../../standards/op/cards.ts";
import { translateOpRefusal } from "../../standards/op/refusal.ts";
import { retryAfter } from "../../standards/refusal-words.ts";
import { opRegisteredClient, translateRegisteredClient } from "../../standards/op/registration.ts";
import { readTokenAnswer } from "../../standards/token-answer.ts";
import { translateCardPage, translatePage } from "../../standards/op/transactions.ts";
import type { BankReply } from "../bank-adapter.ts";

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));
const rawHash = "a".repeat(64);
const reply = (json: unknown): BankReply => ({ status: 200, headers: {}, json, rawHash, receivedAt: Temporal.Instant.from("2026-11-22T10:00:00Z") });
const raw = (pointer: string) => ({ hash: rawHash, pointer });

describe("accounts", () => {
  it("become canonical, net and gross as the two balances, each with its place in the message", () => {
    expect(translateAccounts(reply(fixture("accounts")))[0]).toEqual({
      account: {
        resourceId: "1f8e2b7a4c90",
        kind: "current",
        iban: "FI2112345600000785",
        maskedPan: null,
        bic: "OKOYFIHH",
        currency: "EUR",
        name: "Käyttötili",
        ownerName: "Testaaja Tiina",
        raw: raw("/0"),
      },
      balances: [
        { type: "interimAvailable", amount: { amount: "1204.05", currency: "EUR" }, asOf: "2026-11-22T10:00:00Z", raw: raw("/0/netBalance") },
        { type: "interimBooked", amount: { amount: "1250.00", currency: "EUR" }, asOf: "2026-11-22T10:00:00Z", raw: raw("/0/grossBalance") },
      ],
    });
  });

  it("tell savings by their name and an IBAN without its blanks", () => {
    const [, savings] = translateAccounts(reply(fixture("accounts")));
    expect(savings?.account).toMatchObject({ kind: "savings", iban: "FI5549299510000252" });
    expect(savings?.balances.map(({ amount }) => amount.amount)).toEqual(["-0.10", "-0.10"]);
  });

  it("fit the contract", () => {
    for (const { account, balances } of [...translateAccounts(reply(fixture("accounts"))), ...translateCards(reply(fixture("cards")), "EUR")]) {
      expect(aspspAccount.parse(account)).toEqual(account);
      for (const balance of balances) expect(aspspBalance.parse(balance)).toEqual(balance);
    }
  });

  it("cards are accounts of their own", () => {
    expect(translateCards(reply(fixture("cards")), "EUR")).toEqual([
      {
        account: {
          resourceId: "card:c-9",
          kind: "card",
          iban: null,
          maskedPan: "4920 **** **** 1234",
          bic: null,
          currency: "EUR",
          name: "OP-Visa",
          ownerName: null,
          raw: raw("/0"),
        },
        balances: [],
      },
    ]);
  });
});

describe("transactions", () => {
  const { transactions, continuation } = translatePage(reply(fixture("transactions")));

  it("outgoing: the recipient is the counterparty, the reference loses its padding", () => {
    expect(transactions[0]).toEqual({
      entryReference: "261120588ULX0001",
      bookingStatus: "booked",
      amount: { amount: "-850.00", currency: "EUR" },
      originalAmount: null,
      bookingDate: "2026-11-02",
      valueDate: "2026-11-02",
      counterparty: { name: "Kiinteistö Oy Esimerkki", iban: "FI3715903000000776", bic: "NDEAFIHH" },
      remittanceInformation: "Vuokra marraskuu",
      reference: "12344",
      proprietaryCode: "TILISIIRTO",
      raw: raw("/transactions/0"),
    });
  });

  it("incoming: the payer is the counterparty, of whom only the name is told", () => {
    expect(transactions[1]).toMatchObject({
      amount: { amount: "2310.40", currency: "EUR" },
      counterparty: { name: "Työnantaja Oyj", iban: null, bic: null },
      remittanceInformation: null,
    });
  });

  it("sparse rows: each of the three dates serves, an empty id is none", () => {
    expect(transactions[2]).toMatchObject({
      entryReference: null,
      bookingDate: "2026-11-16",
      valueDate: "2026-11-16",
      counterparty: { name: null, iban: null, bic: null },
    });
    expect(transactions[3]).toMatchObject({ entryReference: null, bookingDate: "2026-11-17", valueDate: null, reference: "RF18539007547034" });
  });

  it("the next page is named by its token, never by a link", () => {
    expect(continuation).toBe("opaque+/=token");
    expect(translatePage(reply({ transactions: [], continuationToken: "" })).continuation).toBeUndefined();
    expect(translatePage(reply({})).transactions).toEqual([]);
  });

  it("card rows carry what was paid abroad", () => {
    const { transactions: rows } = translateCardPage(reply(fixture("card-transactions")));
    expect(rows.map(({ originalAmount, counterparty, entryReference }) => ({ originalAmount, name: counterparty.name, entryReference }))).toEqual([
      { originalAmount: { amount: "-19.99", currency: "GBP" }, name: "BOOKSHOP LONDON", entryReference: null },
      { originalAmount: null, name: "KAHVILA HELSINKI", entryReference: null },
    ]);
  });

  it("fit the contract", () => {
    const all = [...transactions, ...translateCardPage(reply(fixture("card-transactions"))).transactions];
    for (const transaction of all) expect(aspspTransaction.parse(transaction)).toEqual(transaction);
  });

  it.each([
    ["no date at all", { amount: "1.00", currency: "EUR" }, "no-date", "/transactions/0"],
    ["no amount", { currency: "EUR", bookingDate: "2026-11-01" }, "schema", "/transactions/0/amount"],
    ["an amount that is no number", { amount: "1,00", currency: "EUR", bookingDate: "2026-11-01" }, "amount-grammar", "/transactions/0/amount"],
  ])("refuses a row with %s", (_title, row, reason, pointer) => {
    expect(() => translatePage(reply({ transactions: [row] }))).toThrow(
      expect.objectContaining({ code: "ERR_ASPSP_PROTOCOL", details: { reason, pointer, rawHash } }),
    );
  });

  it("never loses a cent: every amount in, the same amount out", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (minor) => {
        const sign = minor < 0n ? "-" : "";
        const digits = String(minor < 0n ? -minor : minor).padStart(3, "0");
        const text = `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const [row] = translatePage(reply({ transactions: [{ amount: text, currency: "EUR", bookingDate: "2026-11-01" }] })).transactions;
        expect(row?.amount).toEqual({ amount: text, currency: "EUR" });
      }),
      { numRuns: 2_000 },
    );
  });

  it("cuts long texts between characters", () => {
    const message = `${"x".repeat(3999)}😀`;
    const [row] = translatePage(reply({ transactions: [{ amount: "1", currency: "EUR", bookingDate: "2026-11-01", message }] })).transactions;
    expect(row?.remittanceInformation).toBe("x".repeat(3999));
  });
});

describe("registration", () => {
  it("gives away everything but the secrets", () => {
    const { client, clientSecret, apiKey } = translateRegisteredClient(opRegisteredClient.parse(fixture("registered-client")));
    expect(clientInformation.parse(client)).toEqual(client);
    expect(client).toMatchObject({ clientId: "A1b2C3d4E5f6G7h8I9j0", clientIdIssuedAt: "2026-11-22T10:00:00Z", clientSecretExpiresAt: null });
    expect([clientSecret, apiKey]).toEqual(["scrubbed", "scrubbed"]);
    expect(JSON.stringify(client)).not.toContain("scrubbed");
  });

  it("reads times as seconds, as text, and as the milliseconds of a gateway", () => {
    for (const at of [1_795_341_600, "1795341600", 1_795_341_600_000]) {
      const wire = opRegisteredClient.parse({ ...(fixture("registered-client") as object), client_id_issued_at: at });
      expect(translateRegisteredClient(wire).client.clientIdIssuedAt).toBe("2026-11-22T10:00:00Z");
    }
  });
});

describe("the token endpoint", () => {
  const gateway = fixture("token-gateway") as Record<string, unknown>;
  it("reads numbers as text and the token type of the gateway", () => {
    expect(readTokenAnswer(200, gateway)).toEqual({
      ok: true,
      accessToken: "scrubbed-access",
      tokenType: "bearer",
      refreshToken: "scrubbed-refresh",
      idToken: undefined,
      expiresInSeconds: 3599,
      refreshExpiresInSeconds: 0,
      scope: "openid accounts",
    });
  });
  it("OA-56 reads tokens beside an error as both", () => {
    expect(readTokenAnswer(200, { ...gateway, error: "server_error" })).toMatchObject({ ok: true, accessToken: expect.any(String), besideError: true });
  });
  it.each([
    ["RFC 6749 refusal", 400, { error: "invalid_grant" }, "invalid_grant"],
    ["refusal of the gateway", 401, { ErrorCode: "invalid_client", Error: "Client credentials are invalid" }, "invalid_client"],
    ["a refusal that says 200", 200, { error: "server_error" }, "server_error"],
    ["an error that is no word", 400, { error: "<script>" }, "unreadable_error"],
    ["no body to speak of", 500, null, "http_500"],
    ["no token", 200, { token_type: "Bearer" }, "invalid_response"],
  ])("%s", (_title, status, json, error) => {
    expect(readTokenAnswer(status, json)).toEqual({ ok: false, error });
  });
  it.each(["mac", "", undefined, "constructor"])("tokens of the type %j are told as of none that is known", (token_type) => {
    expect(readTokenAnswer(200, { ...gateway, token_type })).toMatchObject({ ok: true, accessToken: "scrubbed-access", tokenType: "unknown" });
  });
});

describe("refusals", () => {
  const translate = (status: number, json: unknown, headers = {}) => translateOpRefusal(status, json, headers);
  it("flat: what was wrong, without the words of the bank", () => {
    expect(translate(400, fixture("error-business"))).toMatchObject({
      code: "ERR_ASPSP_REJECTED",
      details: { status: 400, violations: ["Date"], aspspErrorId: "9d0f1c3e-5a52-4a3c-9a55-2f6d1f1d7a10" },
    });
  });
  it("wrapped: a consent that is gone", () => {
    expect(translate(403, fixture("error-consent-revoked"))).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(translate(403, { errors: [{ type: "SECURITY", message: "Authorization 5f0c has expired" }] })).toMatchObject({ code: "ERR_ASPSP_CONSENT_EXPIRED" });
    expect(translate(403, { type: "SECURITY", message: "The authorization does not cover this account" })).toMatchObject({ code: "ERR_ASPSP_REJECTED" });
  });
  it("wrapped: the bank wants to see the person again", () => {
    const wanted = { type: "SECURITY", message: "Strong customer authentication is required" };
    expect(translate(403, { errors: [wanted] })).toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED", kind: "rejected" });
    expect(translate(403, { errors: [{ ...wanted, type: "TECHNICAL" }] })).toMatchObject({ code: "ERR_ASPSP_REJECTED" });
  });
  it("gateway: a token that is not valid any more", () => {
    expect(translate(401, fixture("error-token-expired"))).toMatchObject({
      code: "ERR_ASPSP_TOKEN_INVALID",
      details: { reason: "keymanagement.service.access_token_expired" },
    });
    expect(translate(401, undefined)).toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID" });
  });
  it.each([
    [429, "ERR_ASPSP_RATE_LIMITED"],
    [500, "ERR_ASPSP_UNAVAILABLE"],
    [503, "ERR_ASPSP_UNAVAILABLE"],
    [404, "ERR_ASPSP_REJECTED"],
    [409, "ERR_ASPSP_REJECTED"],
    [418, "ERR_ASPSP_REJECTED"],
  ])("%i without a word", (status, code) => expect(translate(status, undefined)).toMatchObject({ code }));
  it("BR-60 waits a sensible time", () => {
    expect([undefined, "", "-5", "0", "15", "999999999", "Wed, 21 Oct 2027 07:28:00 GMT"].map(retryAfter)).toEqual([60, 60, 60, 1, 15, 86_400, 60]);
  });
});
