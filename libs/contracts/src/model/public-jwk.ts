import { z } from "zod";

const base64url = z
  .string()
  .max(2_000)
  .regex(/^[A-Za-z0-9_-]+$/);
const common = {
  kid: z.string().min(1).max(200),
  use: z.enum(["sig", "enc"]).optional(),
  key_ops: z.array(z.string().max(20)).max(10).optional(),
  alg: z.string().max(20).optional(),
  /** Leaf first, DER in base64. */
  x5c: z.array(z.base64().max(20_000)).min(1).max(10).optional(),
  "x5t#S256": base64url.optional(),
};

/** A public key that may be shown to anybody (RFC 7517). Only these members pass: a private one (RFC 7518 section 6) is cut off wherever this is read or written. */
export const publicJwk = z.discriminatedUnion("kty", [
  z.object({ kty: z.literal("RSA"), n: base64url, e: base64url, ...common }),
  z.object({ kty: z.literal("EC"), crv: z.enum(["P-256", "P-384", "P-521"]), x: base64url, y: base64url, ...common }),
]);
export type PublicJwk = z.infer<typeof publicJwk>;
