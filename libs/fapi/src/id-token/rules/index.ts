import type { IdTokenRule } from "../rule.ts";
import { accessTokenHash } from "./access-token-hash.ts";
import { acr } from "./acr.ts";
import { audience } from "./audience.ts";
import { clock } from "./clock.ts";
import { codeHash } from "./code-hash.ts";
import { expiry } from "./expiry.ts";
import { intent } from "./intent.ts";
import { issuedAt } from "./issued-at.ts";
import { issuer } from "./issuer.ts";
import { nonce } from "./nonce.ts";
import { notBefore } from "./not-before.ts";
import { refreshTokenHash } from "./refresh-token-hash.ts";
import { stateHash } from "./state-hash.ts";
import { subject } from "./subject.ts";
import { tokenKind } from "./token-kind.ts";

/**
 * Everything an ID token is judged by, after its signature. The name is the stable reason of a refusal.
 *
 * | rule               | front channel | only one       | after a front one | refresh        |
 * |--------------------|---------------|----------------|-------------------|----------------|
 * | token-kind         | yes           | yes            | yes               | yes            |
 * | iss, aud, exp, iat | yes           | yes            | yes               | yes            |
 * | clock              | yes           | yes            | yes               | yes            |
 * | nbf                | if sent       | if sent        | if sent           | if sent        |
 * | nonce              | yes           | if we sent one | if sent           | if sent        |
 * | sub                | yes           | yes            | yes, unchanged    | yes, unchanged |
 * | intent, acr        | yes           | yes            | yes               | if sent        |
 * | c_hash, s_hash     | yes           | if sent        | if sent           | if sent        |
 * | at_hash, rt_hash   | if sent       | if sent        | if sent           | if sent        |
 */
export const idTokenRules = {
  "token-kind": tokenKind,
  iss: issuer,
  aud: audience,
  exp: expiry,
  iat: issuedAt,
  clock,
  nbf: notBefore,
  nonce,
  sub: subject,
  intent,
  acr,
  c_hash: codeHash,
  s_hash: stateHash,
  at_hash: accessTokenHash,
  rt_hash: refreshTokenHash,
} satisfies Record<string, IdTokenRule>;
