/** Which key signed a compact JWS, as its header says; null where it does not. Nothing is verified here. */
export function keyIdOf(jws: string): string | null {
  const header: unknown = JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString("utf8") || "null");
  return typeof header === "object" && header !== null && "kid" in header && typeof header.kid === "string" ? header.kid : null;
}
