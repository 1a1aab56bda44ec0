import type { PsuContext } from "@opl/service";

/** How this standard says that a person is present during a call. */
export function berlinGroupPsuHeaders({ ipAddress, userAgent }: PsuContext): Record<string, string> {
  const agent = userAgent?.replaceAll(/[^\x20-\x7E]/g, "").slice(0, 300);
  return { "psu-ip-address": ipAddress, ...(agent ? { "psu-user-agent": agent } : {}) };
}
