import { z } from "zod";

/** What a person is asked for; each is a scope too. */
export const authorizationKinds = ["accounts", "payments", "fundsconfirmations"] as const;
export type AuthorizationKind = (typeof authorizationKinds)[number];

/** An authorization as the bank keeps it. Times are ISO 8601, days are plain dates. */
export const authorizationSchema = z.object({
  authorizationId: z.string(),
  kind: z.enum(authorizationKinds).default("accounts"),
  clientId: z.string(),
  created: z.string(),
  modified: z.string().optional(),
  authorized: z.string().optional(),
  expires: z.string().optional(),
  transactionFrom: z.string().optional(),
  transactionTo: z.string().optional(),
  status: z.enum(["Unauthorized", "Authorizing", "Authorized", "Completed", "Rejected", "Revoked", "PartiallyRevoked", "Expired"]),
  psuId: z.string().optional(),
  /** The account of a confirmation of funds: asked for, or chosen by the person. */
  iban: z.string().optional(),
  /** Payments only: the person whose earlier approval the third party wants to build on. */
  exemptPsuId: z.string().optional(),
  /** Payments only: approved by the helper of the sandbox, without a person and a token. */
  byHelper: z.boolean().optional(),
  /** Since when the bank wants to see the person again; only a new authorization changes that. */
  scaRequired: z.string().optional(),
  accountIds: z.array(z.string()).default([]),
  cardIds: z.array(z.string()).default([]),
});
export type Authorization = z.output<typeof authorizationSchema>;
export type AuthorizationStatus = Authorization["status"];

/** How long the data of a one-off authorization (a period without an end) can be read after approval. */
const oneOffHours = 24;
/** How long after approval tokens for payments can be renewed. */
const paymentDays = 90;

/** The instant after which an approved authorization allows nothing. */
export function endOf(authorization: Authorization): Temporal.Instant {
  if (authorization.expires !== undefined) return Temporal.Instant.from(authorization.expires);
  const hours = authorization.kind === "payments" ? 24 * paymentDays : oneOffHours;
  return Temporal.Instant.from(authorization.authorized ?? authorization.created).add({ hours });
}

/** Whether a person can still say yes or no. */
export function isPending(status: AuthorizationStatus): boolean {
  return status === "Unauthorized" || status === "Authorizing";
}

/** The status at `now`: time alone ends an approved authorization, and one that nobody approved. Payments know no Expired. */
export function statusAt(authorization: Authorization, now: Temporal.Instant, intentSeconds: number): AuthorizationStatus {
  const { kind, status } = authorization;
  if (status === "Authorized" && kind !== "payments" && Temporal.Instant.compare(now, endOf(authorization)) >= 0) return "Expired";
  const intentEnd = Temporal.Instant.from(authorization.created).add({ seconds: intentSeconds });
  if (isPending(status) && Temporal.Instant.compare(now, intentEnd) >= 0) return kind === "payments" ? "Rejected" : "Expired";
  return status;
}

/** What a person chose and agreed to. */
export interface Approval {
  readonly psuId: string;
  readonly accountIds: readonly string[];
  readonly cardIds: readonly string[];
  readonly iban?: string | undefined;
  readonly byHelper?: boolean | undefined;
}

export type AuthorizationCommand =
  | ({ readonly type: "approve" } & Approval)
  /** The person is on the bank's pages. Account information knows no such status. */
  | { readonly type: "open" }
  | { readonly type: "reject" }
  | { readonly type: "revoke" }
  | { readonly type: "expire" }
  /** What has become of the payments. */
  | { readonly type: "conclude"; readonly status: "Completed" | "Revoked" | "PartiallyRevoked" }
  | { readonly type: "require-sca" };

const permitted: Readonly<Record<AuthorizationCommand["type"], readonly AuthorizationStatus[]>> = {
  approve: ["Unauthorized", "Authorizing"],
  open: ["Unauthorized"],
  reject: ["Unauthorized", "Authorizing"],
  revoke: ["Authorized"],
  expire: ["Unauthorized", "Authorizing", "Authorized"],
  conclude: ["Unauthorized", "Authorizing", "Authorized"],
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
        iban: command.iban ?? authorization.iban,
        byHelper: command.byHelper,
      };
    case "open":
      return { ...authorization, status: "Authorizing", modified };
    case "reject":
      return { ...authorization, status: "Rejected", modified };
    case "revoke":
      return { ...authorization, status: "Revoked", modified };
    case "expire":
      return { ...authorization, status: "Expired", modified };
    case "conclude":
      return { ...authorization, status: command.status, modified };
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
  const { authorizationId, created, modified, authorized, expires, transactionFrom, transactionTo, iban } = authorization;
  return { authorizationId, created, modified, authorized, expires, transactionFrom, transactionTo, iban, status };
}
