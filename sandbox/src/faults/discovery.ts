import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

type Document = Readonly<Record<string, unknown>>;

const members = [
  "token_endpoint",
  "jwks_uri",
  "authorization_endpoint",
  "pushed_authorization_request_endpoint",
  "backchannel_authentication_endpoint",
] as const;

/** Discovery documents that lie. They bite only there; aim them at an issuer by its endpoint, such as `fapi2-F6`. */
export const discoveryFaults: readonly Fault<unknown>[] = [
  discoveryFault(
    "discovery.issuer",
    "Names another issuer, or the right one in another spelling.",
    z.strictObject({ as: z.enum(["other", "trailing-slash", "case", "port", "path"]).default("other") }),
    (document, { as }) => ({ ...document, issuer: respelt(String(document["issuer"]), as) }),
  ),
  discoveryFault(
    "discovery.endpoint",
    "Puts one endpoint where no client may go: without TLS, at a stranger, inside a private network, or at another FAPI issuer of this host.",
    z.strictObject({ name: z.enum(members).default("token_endpoint"), as: z.enum(["http", "foreign", "private", "other-issuer"]).default("foreign") }),
    (document, { name, as }) => ({ ...document, [name]: elsewhere(String(document[name]), as) }),
  ),
  discoveryFault(
    "discovery.moved",
    "Names another address on the same host.",
    z.strictObject({ name: z.enum(members).default("token_endpoint") }),
    (document, { name }) => ({ ...document, [name]: `${String(document[name])}/v2` }),
  ),
  discoveryFault(
    "discovery.algorithms",
    "Offers other algorithms for ID tokens.",
    z.strictObject({ algorithms: z.array(z.string()).default(["RS256"]) }),
    (document, { algorithms }) => ({ ...document, id_token_signing_alg_values_supported: algorithms }),
  ),
  discoveryFault(
    "discovery.drop",
    "No longer offers PKCE by S256, pushed requests, or iss in the answer.",
    z.strictObject({ what: z.enum(["pkce", "par", "iss"]) }),
    (document, { what }) => {
      if (what === "pkce") return { ...document, code_challenge_methods_supported: ["plain"] };
      if (what === "iss") return { ...document, authorization_response_iss_parameter_supported: false };
      return { ...document, pushed_authorization_request_endpoint: undefined, require_pushed_authorization_requests: undefined };
    },
  ),
  discoveryFault(
    "discovery.aliases",
    "Names other addresses for calls with a certificate: of this bank, where they work, or of a stranger.",
    z.strictObject({ as: z.enum(["own", "foreign"]).default("own") }),
    (document, { as }) => {
      const token = String(document["token_endpoint"]);
      const own = token.replace(/\/token$/, "/mtls/token");
      return { ...document, mtls_endpoint_aliases: { token_endpoint: as === "own" ? own : elsewhere(own, "foreign") } };
    },
  ),
];

function discoveryFault<Options>(
  name: string,
  summary: string,
  options: z.ZodType<Options>,
  change: (document: Document, options: Options) => Document,
): Fault<unknown> {
  return defineFault({
    name,
    summary,
    options,
    json: (body, given, call) => (/^(U6|\w+-F6)$/.test(call.endpoint) ? change(body as Document, given) : body),
  });
}

function respelt(issuer: string, as: "other" | "trailing-slash" | "case" | "port" | "path"): string {
  const url = new URL(issuer);
  switch (as) {
    case "other":
      return "https://bank.evil.example";
    case "trailing-slash":
      return `${issuer}/`;
    case "case":
      return issuer.replace(url.hostname, url.hostname.toUpperCase());
    case "port":
      return issuer.replace(url.host, `${url.hostname}:1`);
    case "path":
      return `${issuer}/other`;
    default:
      return as satisfies never;
  }
}

function elsewhere(address: string, as: "http" | "foreign" | "private" | "other-issuer"): string {
  const url = new URL(address);
  if (as === "other-issuer") return address.replace(/\/(fapi1|fapi2|decoupled)\//, (_path, name) => (name === "fapi2" ? "/fapi1/" : "/fapi2/"));
  if (as === "http") return `http://${url.host}${url.pathname}`;
  return `https://${as === "foreign" ? "bank.evil.example" : "10.0.0.1"}${url.pathname}`;
}
