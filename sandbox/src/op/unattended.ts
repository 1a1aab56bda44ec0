import type { FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import type { AccountBank } from "./bank.ts";
import { gatewayFault } from "./refusal.ts";

const reads = new WeakMap<AccountBank, Map<string, number[]>>();
const dayMs = 24 * 3600 * 1000;

/** Reads of one resource without the person at hand, over a rolling day; the one too many is refused. */
export function countUnattended(request: FastifyRequest, bank: AccountBank, resource: string): void {
  const limit = bank.config.SANDBOX_UNATTENDED_PER_DAY;
  if (limit === 0 || header(request, "x-fapi-customer-ip-address") !== undefined) return;
  const book = reads.get(bank) ?? new Map<string, number[]>();
  reads.set(bank, book);
  const key = `${request.bankCall.authorizationId ?? ""} ${resource}`;
  const now = bank.clock.now().epochMilliseconds;
  const recent = (book.get(key) ?? []).filter((at) => at > now - dayMs);
  if (recent.length >= limit) {
    const retryAfter = Math.max(1, Math.ceil(((recent[0] ?? now) + dayMs - now) / 1000));
    throw gatewayFault("policies.ratelimit.QuotaViolation", { "retry-after": String(retryAfter) });
  }
  book.set(key, [...recent, now]);
}
