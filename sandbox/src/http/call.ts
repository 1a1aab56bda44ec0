import type { FastifyRequest } from "fastify";
import type { TppCertificate } from "../ca/client-certificate.ts";

/** What is known about one call while it is answered; it ends up in the books. */
export interface BankCall {
  endpoint: string;
  readonly startedAtMs: number;
  /** Of the caller, once it has been read. */
  certificate?: Pick<TppCertificate, "thumbprint" | "organizationIdentifier">;
  clientId?: string;
  grant?: string;
  /** The client assertion that came along: its id, and how long it lives. */
  assertion?: { readonly jti: unknown; readonly seconds: number };
  authorizationId?: string;
  psuId?: string;
  accountId?: string;
  cardId?: string;
  page?: number;
  readonly faults: string[];
  recorded: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    bankCall: BankCall;
  }
  interface FastifyContextConfig {
    /** Id of the endpoint in the README. */
    endpoint?: string;
  }
}

export function newCall(request: FastifyRequest, startedAtMs: number): BankCall {
  return { endpoint: request.routeOptions.config.endpoint ?? "-", startedAtMs, faults: [], recorded: false };
}

/** A header that came exactly once, trimmed; undefined otherwise. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** The headers that describe the person at the side of the third party. */
export function psuHeaders(request: FastifyRequest): Record<string, string> {
  const names = ["x-fapi-customer-ip-address", "x-fapi-customer-last-logged-time", "x-customer-user-agent", "psu-ip-address", "psu-user-agent"] as const;
  return Object.fromEntries(names.flatMap((name) => (header(request, name) === undefined ? [] : [[name, header(request, name) ?? ""]])));
}
