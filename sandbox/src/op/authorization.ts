import { z } from "zod";

/** An account-information authorization as the bank keeps it. Times are ISO 8601, days are plain dates. */
export const authorizationSchema = z.object({
  authorizationId: z.string(),
  clientId: z.string(),
  created: z.string(),
  modified: z.string().optional(),
  authorized: z.string().optional(),
  expires: z.string().optional(),
  transactionFrom: z.string().optional(),
  transactionTo: z.string().optional(),
  status: z.enum(["Unauthorized", "Authorized", "Rejected", "Revoked", "Expired"]),
  psuId: z.string().optional(),
  /** Since when the bank wants to see the person again; only a new authorization changes that. */
  scaRequired: z.string().optional(),
  accountIds: z.array(z.string()).default([]),
  cardIds: z.array(z.string()).default([]),
});
export type Authorization = z.output<typeof authorizationSchema>;
export type AuthorizationStatus = Authorization["status"];

/** How long the data of a one-off authorization (a period without an end) can be read after approval. */
const oneOffHours = 24;

/** The instant after which an approved authorization allows nothing. */
export function endOf(authorization: Authorization): Temporal.Instant {
  if (authorization.expires !== undefined) return Temporal.Instant.from(authorization.expires);
  return Temporal.Instant.from(authorization.authorized ?? authorization.created).add({ hours: oneOffHours });
}

/** The status at `now`: time alone ends an approved authorization, and one that nobody approved. */
export function statusAt(authorization: Authorization, now: Temporal.Instant, intentSeconds: number): AuthorizationStatus {
  if (authorization.status === "Authorized" && Temporal.Instant.compare(now, endOf(authorization)) >= 0) return "Expired";
  const intentEnd = Temporal.Instant.from(authorization.created).add({ seconds: intentSeconds });
  if (authorization.status === "Unauthorized" && Temporal.Instant.compare(now, intentEnd) >= 0) return "Expired";
  return authorization.status;
}

export type AuthorizationCommand =
  | { readonly type: "approve"; readonly psuId: string; readonly accountIds: readonly string[]; readonly cardIds: readonly string[] }
  | { readonly type: "reject" }
  | { readonly type: "revoke" }
  | { readonly type: "expire" }
  | { readonly type: "require-sca" };

const permitted: Readonly<Record<AuthorizationCommand["type"], readonly AuthorizationStatus[]>> = {
  approve: ["Unauthorized"],
  reject: ["Unauthorized"],
  revoke: ["Authorized"],
  expire: ["Unauthorized", "Authorized"],
  "require-sca": ["Authorized"],
};

/** The authorization after the command, or undefined where its state does not permit it. */
export function decide(authorization: Authorization, command: AuthorizationCommand, now: Temporal.Instant): Authorization | undefined {
  if (!permitted[command.type].includes(authorization.status)) return undefined;
  const modified = now.toString();
  switch (command.type) {
    case "approve":
      return {
        ...authorization,
        status: "Authorized",
        modified,
        authorized: modified,
        psuId: command.psuId,
        accountIds: [...command.accountIds],
        cardIds: [...command.cardIds],
      };
    case "reject":
      return { ...authorization, status: "Rejected", modified };
    case "revoke":
      return { ...authorization, status: "Revoked", modified };
    case "expire":
      return { ...authorization, status: "Expired", modified };
    case "require-sca":
      return { ...authorization, scaRequired: modified };
    default:
      return command satisfies never;
  }
}

/** Days of history that stay open once the time for the full history is over. */
const shortHistoryDays = 90;

export interface HistoryRules {
  readonly now: Temporal.Instant;
  readonly today: Temporal.PlainDate;
  readonly historyDays: number;
  /** After approval, how long the full history is open; 0 means always. */
  readonly fullHistoryMinutes: number;
}

/** The first and last day whose transactions the authorization opens. */
export function visibleDays(
  authorization: Pick<Authorization, "created" | "authorized" | "transactionFrom" | "transactionTo">,
  { now, today, historyDays, fullHistoryMinutes }: HistoryRules,
): { from: string; to: string } {
  const approved = Temporal.Instant.from(authorization.authorized ?? authorization.created);
  const isLate = fullHistoryMinutes > 0 && Temporal.Instant.compare(now, approved.add({ minutes: fullHistoryMinutes })) >= 0;
  const earliest = today.subtract({ days: isLate ? Math.min(shortHistoryDays, historyDays) : historyDays }).toString();
  const from = authorization.transactionFrom !== undefined && authorization.transactionFrom > earliest ? authorization.transactionFrom : earliest;
  return { from, to: authorization.transactionTo ?? "9999-12-31" };
}

/** The bank's wire form. */
export function wireAuthorization(authorization: Authorization, status: AuthorizationStatus): object {
  const { authorizationId, created, modified, authorized, expires, transactionFrom, transactionTo } = authorization;
  return { authorizationId, created, modified, authorized, expires, transactionFrom, transactionTo, status };
}
