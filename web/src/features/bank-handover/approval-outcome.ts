import type { ConnectionView } from "../../api/queries.ts";
import { outcomeOf, type ReturnOutcome } from "./return-outcome.ts";

/** What a person said in their bank's app, told from the permission it was about; nothing while they have not. */
export function approvalOutcome(
  connection: Pick<ConnectionView, "consentId" | "aspspId" | "status" | "history">,
  bankName: string,
): Exclude<ReturnOutcome, { kind: "connected" | "elsewhere" }> | { readonly kind: "connected" } | undefined {
  const { consentId, aspspId, status } = connection;
  if (status === "received") return undefined;
  if (status === "valid") return { kind: "connected" };
  const end = connection.history.find(({ what }) => what === "rejected");
  const refused = end?.by === "psu";
  const outcome = outcomeOf({
    outcome: refused ? "refused" : "failed",
    about: { kind: "consent", consentId },
    aspspId,
    aspspName: bankName,
    reason: refused ? null : (end?.reason ?? ""),
  });
  return outcome.kind === "connected" || outcome.kind === "elsewhere" ? { kind: "connected" } : outcome;
}
