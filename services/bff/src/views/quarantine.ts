import type { listQuarantines } from "@opl/contracts/http/bank-gateway";
import type { Quarantine } from "@opl/contracts/http/bff-operator";
import type { ResponseOf } from "@opl/contracts/http";

type AuthorizationServer = ResponseOf<typeof listQuarantines>["authorizationServers"][number];

/** What of a bank's description an operator decides about; null where all of it is believed. */
export function quarantineView({ aspspId, accepted, quarantine }: AuthorizationServer, nameOf: (aspspId: string) => string): Quarantine | null {
  if (quarantine === null) return null;
  const { since, reason, changed, offered } = quarantine;
  // Of a bank that never was believed everything is new.
  const fields = accepted === null ? Object.keys(offered?.metadata ?? {}) : changed;
  return {
    aspspId,
    aspspName: nameOf(aspspId),
    since,
    reason,
    differences: fields.map((field) => ({ field, from: textOf(accepted?.metadata[field]), to: textOf(offered?.metadata[field]) })),
    // With nothing else on offer it says, as far as is known, what was accepted.
    fingerprint: offered?.fingerprint ?? accepted?.fingerprint ?? null,
  };
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
