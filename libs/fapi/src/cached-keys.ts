import { isOplError } from "@opl/errors";
import { verifyCompactJws } from "./compact-jws.ts";
import type { VerifiedJws } from "./compact-jws.ts";
import type { JwsAlgorithm } from "./jwk.ts";
import type { JwksCache } from "./jwks-cache.ts";

/** The keys of one issuer, and what it may sign by. */
export interface IssuerKeys {
  readonly jwks: JwksCache;
  readonly algorithms: readonly JwsAlgorithm[];
}

/** Verifies with the keys at hand, and once more with newer ones: the issuer may have changed them a moment ago (OA-43, OA-44). */
export async function verifyWithCache(token: string, { jwks, algorithms }: IssuerKeys): Promise<VerifiedJws> {
  try {
    return await verifyCompactJws(token, { jwks: await jwks.current(), algorithms });
  } catch (error) {
    if (reasonOfRefusedJws(error) !== "unknown-key") throw error;
  }
  return verifyCompactJws(token, { jwks: await jwks.reload(), algorithms });
}

export function reasonOfRefusedJws(error: unknown): unknown {
  return isOplError(error) && error.code === "ERR_JWS_REFUSED" ? error.details?.reason : undefined;
}
