import type { PsuContext } from "@opl/service";

/** How standards on FAPI say that a person is present during a call. */
export function fapiPsuHeaders({ ipAddress, userAgent }: PsuContext): Record<string, string> {
  const agent = userAgent?.replaceAll(/[^\x20-\x7E]/g, "").slice(0, 300);
  return { "x-fapi-customer-ip-address": ipAddress, ...(agent ? { "x-customer-user-agent": agent } : {}) };
}
