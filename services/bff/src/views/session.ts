import { isIP } from "node:net";
import type { z } from "zod";
import type { sessionView } from "@opl/contracts/http/bff-security";
import type { ListedSession } from "../db/session-store.ts";

/** A session as its person sees it: enough to recognise it, no more of where they were than that takes. */
export function viewOfSession({ sessionId, ipAddress, userAgent, createdAt, updatedAt }: ListedSession, currentSessionId: string): z.input<typeof sessionView> {
  return {
    sessionId,
    device: deviceOf(userAgent ?? ""),
    place: placeOf(ipAddress ?? ""),
    startedAt: createdAt.toString(),
    lastSeenAt: updatedAt.toString(),
    current: sessionId === currentSessionId,
  };
}

/** In this order: each of these also names some that stand after it. */
const browsers = [
  ["Edge", /\bEdg/],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Chrome|CriOS|HeadlessChrome)\//],
  ["Safari", /\bSafari\//],
] as const;
const systems = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["Mac", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
] as const;

function deviceOf(userAgent: string): { browser: string | null; system: string | null } {
  const nameIn = (known: readonly (readonly [string, RegExp])[]): string | null => known.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? null;
  return { browser: nameIn(browsers), system: nameIn(systems) };
}

/** The network and not the machine: half of an IPv4 address, a quarter of an IPv6 one. */
function placeOf(address: string): string | null {
  const version = isIP(address);
  if (version === 4) return `${address.split(".").slice(0, 2).join(".")}.•.•`;
  if (version !== 6 || address.startsWith("::")) return null;
  const groups = address.split(":").slice(0, 2);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}:•`;
}
