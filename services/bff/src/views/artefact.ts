type Artefact = Readonly<Record<string, unknown>>;

/** Deeper than any artefact goes: a software statement inside a registration request. */
const deepest = 12;
const hidden = "(not shown)";
/** Names under which protocols carry what proves who somebody is (RFC 6749, 7517, 7591, 7592), in any spelling. */
const secretNames =
  /^(client_?secret|registration_?access_?token|access_?token|refresh_?token|id_?token|token|password|passphrase|pass_?phrase|secret|api_?key|authorization|code|private_?key|signing_?key|d|p|q|dp|dq|qi|k)$/i;
const jws = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * What a step produced, for eyes: a signed JWT (RFC 7515) becomes its header and claims, without the signature that makes it worth
 * stealing; what could be a secret is not there, whoever put it in.
 */
export function shownArtefact(artefact: Artefact): Record<string, unknown> {
  return shownFields(artefact, 0);
}

function shownFields(fields: Artefact, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretNames.test(name) && value !== null ? hidden : shownValue(value, depth + 1)]),
  );
}

function shownValue(value: unknown, depth: number): unknown {
  if (depth > deepest) return hidden;
  if (typeof value === "string") return shownText(value, depth);
  if (Array.isArray(value)) return value.map((item) => shownValue(item, depth + 1));
  return typeof value === "object" && value !== null ? shownFields(value as Artefact, depth) : value;
}

function shownText(text: string, depth: number): unknown {
  if (/PRIVATE KEY-----/.test(text)) return hidden;
  if (!jws.test(text)) return text;
  const [header, claims] = text.split(".").map(decoded);
  if (header?.["alg"] === undefined) return text;
  // A header without claims to read is still a token.
  return { header: shownFields(header, depth + 1), claims: claims === undefined ? hidden : shownFields(claims, depth + 1) };
}

function decoded(part: string): Artefact | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Artefact) : undefined;
  } catch {
    return undefined;
  }
}
