import { describe, expect, it } from "vitest";
import { readAuthorizationRequest, type AuthorizationRules } from "./authorization-request.ts";
import { Refusal } from "../http/refusal.ts";

const rules: AuthorizationRules = {
  now: Temporal.Instant.from("2026-11-20T10:00:00Z"),
  today: Temporal.PlainDate.from("2026-11-20"),
  maxDays: 180,
  historyDays: 730,
  range: "combined",
};

describe("the body of a new authorization", () => {
  it.each([
    ["an end", { expires: "2027-02-01T00:00:00Z" }],
    ["an end with an offset", { expires: "2027-02-01T00:00:00+02:00" }],
    ["the latest end", { expires: "2027-05-19T10:00:00Z" }],
    ["a period", { transactionFrom: "2026-01-01", transactionTo: "2026-11-20" }],
    ["the longest period", { transactionFrom: "2024-11-20", transactionTo: "2026-11-20" }],
    ["both", { expires: "2027-02-01T00:00:00Z", transactionFrom: "2026-01-01", transactionTo: "2026-02-01" }],
  ])("accepts %s", (_what, body) => {
    expect(readAuthorizationRequest(JSON.stringify(body), rules)).toEqual(body);
  });

  it("treats null like absence", () => {
    const body = { expires: "2027-02-01T00:00:00Z", transactionFrom: null };
    expect(readAuthorizationRequest(JSON.stringify(body), rules)).toEqual({ expires: body.expires });
  });

  it.each<[string, unknown, string, string | undefined]>([
    ["nothing", {}, "ExpirationOrTransactionRange", undefined],
    ["an end in the past", { expires: "2026-11-20T09:59:59Z" }, "Date", "expires"],
    ["an end a second too far", { expires: "2027-05-19T10:00:01Z" }, "Date", "expires"],
    ["an end without zone", { expires: "2027-02-01T00:00:00" }, "TypeMismatch", "expires"],
    ["an end that is a number", { expires: 1 }, "TypeMismatch", "expires"],
    ["an impossible day", { transactionFrom: "2026-02-31", transactionTo: "2026-03-01" }, "TypeMismatch", "transactionFrom"],
    ["a period too far back", { transactionFrom: "2024-11-19", transactionTo: "2026-01-01" }, "Date", "transactionFrom"],
    ["a period into the future", { transactionFrom: "2026-11-01", transactionTo: "2026-11-21" }, "Date", "transactionTo"],
    ["a period the wrong way round", { transactionFrom: "2026-11-02", transactionTo: "2026-11-01" }, "Date", "transactionFrom"],
    ["half a period", { transactionFrom: "2026-11-02" }, "Required", "transactionTo"],
    ["an unknown member", { expires: "2027-02-01T00:00:00Z", permissions: [] }, "UnrecognizedProperty", "permissions"],
    ["a list", [], "TypeMismatch", undefined],
  ])("refuses %s", (_what, body, type, path) => {
    expect(violationsOf(JSON.stringify(body))).toContainEqual(expect.objectContaining({ type, ...(path === undefined ? {} : { path }) }));
  });

  it("refuses what is not JSON", () => {
    expect(violationsOf('{"expires":')).toContainEqual(expect.objectContaining({ type: "TypeMismatch" }));
  });

  it("refuses an end beside a period where the older rule holds", () => {
    const body = JSON.stringify({ expires: "2027-02-01T00:00:00Z", transactionFrom: "2026-01-01", transactionTo: "2026-02-01" });
    expect(violationsOf(body, { ...rules, range: "exclusive" })).toEqual([expect.objectContaining({ type: "ExpirationOrTransactionRange" })]);
  });
});

function violationsOf(body: string, withRules = rules): unknown {
  try {
    readAuthorizationRequest(body, withRules);
  } catch (error) {
    if (error instanceof Refusal) return (error.body as { violations: unknown }).violations;
    throw error;
  }
  return [];
}
