import { createJwksCache, signDetachedJws, verifyDetachedJws } from "@opl/fapi";
import type { Jwks } from "@opl/fapi";
import { isOplError } from "@opl/errors";
import type { Clock } from "@opl/service";
import type { BankAdapter, PaymentSeal } from "../adapters/bank-adapter.ts";
import { errors } from "../errors.ts";
import { chooseQsealc } from "./keys.ts";
import type { TppKey } from "./keys.ts";

export interface PaymentSealOptions {
  readonly adapter: Pick<BankAdapter, "profile" | "payments">;
  readonly keys: readonly TppKey[];
  readonly clock: Clock;
  readonly loadKeys: (url: URL) => Promise<unknown>;
  readonly monotonicMs: () => number;
}

const accepted = ["RS256", "PS256", "ES256"] as const;
/** An answer to a payment is a page at the most. */
const maxBytes = 256 * 1024;

/** Seals what we send with the QSealC that fits now, and judges the bank's seal by the keys it publishes for payments. */
export function createPaymentSeal({ adapter, keys, clock, loadKeys, monotonicMs }: PaymentSealOptions): PaymentSeal {
  const { signingAlgorithms: algorithms } = adapter.profile;
  const jwks = createJwksCache({
    monotonicMs,
    load: async () => {
      if (adapter.payments === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      return loadKeys(adapter.payments.jwksUrl);
    },
  });
  return {
    sign: async (body) => {
      const { key, algorithm } = chooseQsealc(keys, algorithms, clock.now());
      return signDetachedJws(body, { key: key.jwk, alg: algorithm, kid: key.kid });
    },
    verify: async (signature, body) => {
      if (signature === undefined) throw refuse("missing");
      const judgedBy = async (keySet: Promise<Jwks>) => void (await verifyDetachedJws(signature, body, { jwks: await keySet, algorithms: accepted, maxBytes }));
      await judgedBy(jwks.current())
        // The bank may have changed its keys a moment ago.
        .catch((error: unknown) => (reasonOf(error) === "unknown-key" ? judgedBy(jwks.reload()) : Promise.reject(error)))
        .catch((error: unknown) => {
          const reason = reasonOf(error);
          throw reason === undefined ? error : refuse(reason, error);
        });
    },
  };
}

function reasonOf(error: unknown): string | undefined {
  if (!isOplError(error)) return undefined;
  if (error.code === "ERR_JWKS_UNAVAILABLE") return "keys-unavailable";
  return error.code === "ERR_JWS_REFUSED" ? String(error.details?.["reason"]) : undefined;
}

function refuse(reason: string, cause?: unknown) {
  return errors.ERR_ASPSP_PROTOCOL({ details: { reason: `signature-${reason}` }, ...(cause === undefined ? {} : { cause }) });
}
