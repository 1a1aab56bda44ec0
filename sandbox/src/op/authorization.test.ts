import { describe, expect, it } from "vitest";
import { decide, endOf, statusAt, visibleDays, type Authorization, type AuthorizationCommand, type AuthorizationStatus } from "./authorization.ts";

const now = Temporal.Instant.from("2026-11-20T10:00:00Z");
const pending: Authorization = {
  authorizationId: "a",
  kind: "accounts",
  clientId: "c",
  created: "2026-11-20T09:50:00Z",
  expires: "2027-02-01T00:00:00Z",
  status: "Unauthorized",
  accountIds: [],
  cardIds: [],
};
const commands: Record<string, AuthorizationCommand> = {
  approve: { type: "approve", psuId: "88888881", accountIds: ["x"], cardIds: [] },
  reject: { type: "reject" },
  revoke: { type: "revoke" },
  expire: { type: "expire" },
};

describe("an authorization: every state by every command", () => {
  it.each<[AuthorizationStatus, string, AuthorizationStatus | undefined]>([
    ["Unauthorized", "approve", "Authorized"],
    ["Unauthorized", "reject", "Rejected"],
    ["Unauthorized", "revoke", undefined],
    ["Unauthorized", "expire", "Expired"],
    ["Authorized", "approve", undefined],
    ["Authorized", "reject", undefined],
    ["Authorized", "revoke", "Revoked"],
    ["Authorized", "expire", "Expired"],
    ...(["Rejected", "Revoked", "Expired"] as const).flatMap((status) =>
      Object.keys(commands).map((command): [AuthorizationStatus, string, undefined] => [status, command, undefined]),
    ),
  ])("%s, then %s: %s", (status, command, expected) => {
    const next = decide({ ...pending, status }, commands[command] as AuthorizationCommand, now);
    expect(next?.status).toBe(expected);
    if (next !== undefined) expect(next.modified).toBe(now.toString());
  });
});

describe("time", () => {
  it("ends an approved authorization at its end, and one that nobody approved after its life", () => {
    const authorized: Authorization = { ...pending, status: "Authorized", authorized: pending.created };
    expect(statusAt(authorized, Temporal.Instant.from("2027-01-31T23:59:59Z"), 900)).toBe("Authorized");
    expect(statusAt(authorized, Temporal.Instant.from("2027-02-01T00:00:00Z"), 900)).toBe("Expired");
    expect(statusAt(pending, now, 601)).toBe("Unauthorized");
    expect(statusAt(pending, now, 600)).toBe("Expired");
  });

  it("gives one-off authorizations a day", () => {
    const { expires: _, ...once } = pending;
    expect(endOf({ ...once, authorized: "2026-11-20T10:00:00Z" }).toString()).toBe("2026-11-21T10:00:00Z");
  });

  it("opens the history, or the period asked for", () => {
    const rules = { now, today: Temporal.PlainDate.from("2026-11-20"), historyDays: 730, fullHistoryMinutes: 0 };
    expect(visibleDays(pending, rules)).toEqual({ from: "2024-11-20", to: "9999-12-31" });
    const period = { ...pending, transactionFrom: "2026-01-01", transactionTo: "2026-03-31" };
    expect(visibleDays(period, rules)).toEqual({ from: "2026-01-01", to: "2026-03-31" });
    expect(visibleDays(period, { ...rules, historyDays: 90 })).toEqual({ from: "2026-08-22", to: "2026-03-31" });
  });

  it("closes history beyond 90 days some minutes after approval, where the bank is set so", () => {
    const rules = { now, today: Temporal.PlainDate.from("2026-11-20"), historyDays: 730, fullHistoryMinutes: 30 };
    const authorized = { ...pending, authorized: "2026-11-20T09:31:00Z" };
    expect(visibleDays(authorized, rules).from).toBe("2024-11-20");
    expect(visibleDays({ ...authorized, authorized: "2026-11-20T09:30:00Z" }, rules).from).toBe("2026-08-22");
  });
});
