import { parseAmount, sum, toWire } from "@opl/money";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, readAll, register, startGateway } from "../testing/gateway.ts";
import type { TestGateway } from "../testing/gateway.ts";
import { startSandbox } from "../testing/sandbox.ts";
import type { Sandbox } from "../testing/sandbox.ts";
import { redirectUri } from "../testing/terms.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let registered: Awaited<ReturnType<typeof register>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox);
  registered = await register(gateway);
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

describe("from certificates to transactions", () => {
  it("registers over the wire with our QWAC and gives away nothing secret", async () => {
    const { certificates, submission, validation } = registered;
    expect(certificates.certificates.map(({ purpose, inUse }) => ({ purpose, inUse }))).toContainEqual({ purpose: "qwac", inUse: true });
    expect(certificates.certificates.filter(({ inUse }) => inUse)).toHaveLength(2);
    expect(submission.client).toMatchObject({ redirectUris: [redirectUri], softwareRoles: ["AIS", "PIS", "CBPII"] });
    expect(validation.validated.map(({ scope }) => scope)).toEqual(["accounts"]);
    const answers = JSON.stringify(registered);
    expect(answers).not.toMatch(/client_?secret"|api_?key"|"d":|PRIVATE KEY/i);
    const endpoints = (await sandbox.calls()).map(({ endpoint }) => endpoint);
    expect(endpoints).toEqual(expect.arrayContaining(["C1", "R1", "T1"]));
    expect((await gateway.as.bff.listAspsps()).aspsps).toEqual([
      expect.objectContaining({
        aspspId: "op",
        registered: true,
        capabilities: ["registration", "consents", "accounts", "balances", "cards", "transactions", "payments", "funds"],
        paymentSchemes: ["sepa", "foreign"],
      }),
    ]);
  });

  it("connects a person, reads accounts, cards and every page, and the sums are the bank's own", async () => {
    const { consentId, granted } = await connect(gateway);
    expect(granted.scope).toEqual(["openid", "accounts"]);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId } });
    expect(accounts.length).toBeGreaterThan(1);
    expect(accounts.map(({ account }) => account.kind)).toContain("card");
    for (const { account, balances } of accounts) {
      const { transactions } = await readAll(gateway, consentId, account.resourceId);
      expect(transactions.length).toBeGreaterThan(0);
      const booked = balances.find(({ type }) => type === "interimBooked");
      if (booked === undefined) continue;
      const total = sum(
        transactions.map(({ amount }) => parseAmount(amount.amount, amount.currency)),
        account.currency,
      );
      expect(toWire(total)).toEqual(booked.amount);
    }
  });

  it("shows in the bank's books with the very QWAC that registered, on each call over mutual TLS and on no other", async () => {
    await connect(gateway);
    const [qwac, ...others] = registered.certificates.certificates.filter(({ purpose, inUse }) => purpose === "qwac" && inUse);
    expect(others).toEqual([]);
    const calls = await sandbox.calls();
    const mutual = calls.filter(({ endpoint }) => /^(R1|T1|A\d)$/.test(endpoint));
    expect(mutual.map(({ endpoint }) => endpoint)).toEqual(expect.arrayContaining(["R1", "T1", "A1"]));
    expect(mutual.map(({ qwac: shown }) => shown)).toEqual(mutual.map(() => inHex(qwac?.thumbprint ?? "")));
    const plain = calls.filter((call) => !mutual.includes(call));
    expect(plain.map(({ endpoint }) => endpoint)).toEqual(expect.arrayContaining(["C1", "Z1"]));
    expect(plain.filter(({ qwac: shown }) => shown !== undefined)).toEqual([]);
  });
});

/** Thumbprints are base64url with us and hexadecimal in the books. */
const inHex = (thumbprint: string): string => Buffer.from(thumbprint, "base64url").toString("hex");
