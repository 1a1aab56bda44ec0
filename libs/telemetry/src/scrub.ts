/**
 * What never reaches a log line: tokens, account numbers and the values of fields that hold secrets or personal data.
 * Works on the finished line, so nothing that a library or a careless call logs can pass.
 */
const secretFields =
  "authorization|proxy-authorization|cookie|set-cookie|password|passphrase|secret|token|accessToken|access_token|refreshToken|refresh_token|" +
  "idToken|id_token|clientSecret|client_secret|clientAssertion|client_assertion|codeVerifier|code_verifier|privateKey|private_key|" +
  "registrationAccessToken|registration_access_token|opl-psu-context|iban|ownerName|owner_name|email|phone|ipAddress|psu-ip-address|pan";

// A JSON member with a string value; the value may contain escaped quotes.
const secretMember = new RegExp(`("(?:${secretFields})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, "gi");
// The same member inside a JSON text that was itself logged as a string.
const nestedSecretMember = new RegExp(`(\\\\"(?:${secretFields})\\\\"\\s*:\\s*)\\\\"(?:[^"\\\\]|\\\\[^"])*\\\\"`, "gi");
const compactJws = /\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*){0,3}/g;
const bearer = /\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/gi;
const ibanLike = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b/g;
const credentialsInUrl = /(\w+:\/\/[^\s:@/"]+):[^\s@/"]+@/g;

/** Masks secrets and account numbers in one line of log. */
export function scrub(line: string): string {
  return line
    .replace(secretMember, '$1"[redacted]"')
    .replace(nestedSecretMember, '$1\\"[redacted]\\"')
    .replace(compactJws, "[token]")
    .replace(bearer, "$1 [redacted]")
    .replace(credentialsInUrl, "$1:[redacted]@")
    .replace(ibanLike, (text) => (isIban(text.replace(/[ -]/g, "")) ? "[iban]" : text));
}

/** ISO 7064 mod 97-10 over the rearranged text; keeps other upper-case identifiers readable. */
function isIban(text: string): boolean {
  let remainder = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (value > 9 ? remainder * 100 + value : remainder * 10 + value) % 97;
  }
  return remainder === 1;
}
