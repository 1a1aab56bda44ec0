import { generateKeyPairSync } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { Provider } from "oidc-provider";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { request } from "undici";
import type { Dispatcher } from "undici";
import { type IndependentAuthority, subjectAttributes } from "./authority.ts";

export interface IndependentServer extends AsyncDisposable {
  readonly issuer: string;
  readonly registrationUrl: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  /** Every call: method, path, status, and the subject of the certificate that was shown. */
  readonly calls: { readonly method: string; readonly path: string; status: number; readonly certificate: string | undefined }[];
  /** What the server itself holds of a client. */
  client(clientId: string): Promise<Record<string, unknown> | undefined>;
  /** Changes a client without anybody asking for it. */
  change(clientId: string, metadata: Readonly<Record<string, unknown>>): Promise<void>;
  /** As its operator would. */
  remove(clientId: string): void;
  clientIds(): readonly string[];
  /** What it does wrong from now on. */
  readonly mischief: {
    /** Closes the connection when it has done what such a call asks: `PUT /reg`. */
    losesAnswersTo?: string;
    /** Registers everything but this redirect URI. */
    drops?: string;
  };
}

const sizeLimit = 100_000;

/**
 * `oidc-provider` with its own registration endpoint (RFC 7591, 7592) behind mutual TLS. A registration needs a software statement that
 * was signed by a key of the set it names; redirect URIs have to be among those of the statement. The token of a registration is renewed
 * with each change and each reading (RFC 7592 3).
 */
export async function startAuthorizationServer(authority: IndependentAuthority, outside: Dispatcher): Promise<IndependentServer> {
  const calls: IndependentServer["calls"] = [];
  const mischief: IndependentServer["mischief"] = {};
  const server = createServer({ ...authority.serverIdentity(), ca: authority.rootPem, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `https://localhost:${(server.address() as { port: number }).port}`;
  const memory = new Map<string, AdapterPayload>();
  const provider = new Provider(issuer, {
    adapter: (model: string) => storeIn(memory, model),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        tlsClientAuth: true,
        getCertificate: (ctx: { req: IncomingMessage }) => certificateOf(ctx.req),
        certificateAuthorized: (ctx: { req: IncomingMessage }) => (ctx.req.socket as TLSSocket).authorized,
        certificateSubjectMatches: (ctx: { req: IncomingMessage }, property: string, expected: string) =>
          property === "tls_client_auth_subject_dn" && sameSubject(certificateOf(ctx.req), expected),
      },
    },
    jwks: {
      keys: [{ ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "independent-1" }],
    },
    clientAuthMethods: ["tls_client_auth", "private_key_jwt"],
    scopes: ["openid", "offline_access", "accounts", "payments", "fundsconfirmations"],
    extraClientMetadata: { properties: ["software_statement", "software_id"] },
    fetch: async (asked) => {
      const answer = await request(asked instanceof Request ? asked.url : asked, { dispatcher: outside });
      return new Response(await answer.body.text(), { status: answer.statusCode, headers: { "content-type": "application/json" } });
    },
  });
  provider.use(async (ctx: StatementContext, next: () => Promise<void>) => {
    const call = { method: ctx.method, path: ctx.path, status: 0, certificate: certificateOf(ctx.req)?.subject };
    calls.push(call);
    try {
      const registering = ctx.path.startsWith("/reg") && (ctx.method === "POST" || ctx.method === "PUT");
      const refusal = registering ? await refuseStatement(ctx, outside) : undefined;
      if (registering && mischief.drops !== undefined) ctx.req.body = without(mischief.drops, ctx.req.body);
      if (refusal === undefined) {
        await next();
        if (ctx.method === "GET" && ctx.path.startsWith("/reg/") && ctx.status === 200) await renewToken(ctx);
        if (mischief.losesAnswersTo !== undefined && `${ctx.method} ${ctx.path}`.startsWith(mischief.losesAnswersTo)) ctx.req.socket.destroy();
      } else {
        ctx.status = 400;
        ctx.body = { error: "invalid_software_statement", error_description: refusal };
      }
    } finally {
      call.status = ctx.status;
    }
  });
  const renewToken = async (ctx: StatementContext): Promise<void> => {
    const before = await provider.RegistrationAccessToken.find(ctx.req.headers.authorization?.split(" ")[1] ?? "");
    if (before === undefined) throw new Error("A reading without a token.");
    const { client_id: clientId } = ctx.body as { client_id: string };
    const Token = provider.RegistrationAccessToken as unknown as new (properties: { clientId: string }) => { save(): Promise<string> };
    const renewed = new Token({ clientId });
    ctx.body = { ...(ctx.body as object), registration_access_token: await renewed.save() };
    await before.destroy();
  };
  server.on("request", provider.callback());
  return {
    issuer,
    registrationUrl: `${issuer}/reg`,
    tokenUrl: `${issuer}/token`,
    jwksUrl: `${issuer}/jwks`,
    calls,
    mischief,
    remove: (clientId) => void memory.delete(`Client ${clientId}`),
    clientIds: () => [...memory.keys()].flatMap((key) => (key.startsWith("Client ") ? [key.slice("Client ".length)] : [])),
    client: async (clientId) => (await provider.Client.find(clientId))?.metadata(),
    async change(clientId, metadata) {
      memory.set(`Client ${clientId}`, { ...(await provider.Client.find(clientId))?.metadata(), ...metadata });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Lives as long as the test; nothing in it has time to end. */
function storeIn(memory: Map<string, AdapterPayload>, model: string): Adapter {
  const place = (id: string): string => `${model} ${id}`;
  return {
    upsert: async (id, payload) => void memory.set(place(id), payload),
    find: async (id) => memory.get(place(id)),
    destroy: async (id) => void memory.delete(place(id)),
    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  };
}

interface StatementContext {
  readonly method: string;
  readonly path: string;
  readonly req: IncomingMessage & { body?: unknown };
  status: number;
  body: unknown;
}

function certificateOf(req: IncomingMessage): X509Certificate | undefined {
  return (req.socket as TLSSocket).getPeerX509Certificate();
}

/** Compares by attribute, since there is more than one way to write a name (RFC 4514). */
function sameSubject(certificate: X509Certificate | undefined, expected: string): boolean {
  if (certificate === undefined) return false;
  const own = subjectAttributes(certificate);
  const parts = expected.split(/(?<!\\),/).map((part) => part.trim().replaceAll(/\\(.)/g, "$1"));
  return parts.length === own.size && parts.every((part) => [...own.values()].includes(part.slice(part.indexOf("=") + 1)));
}

function without(uri: string, body: unknown): string {
  const asked = JSON.parse(String(body)) as { redirect_uris: string[] };
  return JSON.stringify({ ...asked, redirect_uris: asked.redirect_uris.filter((one) => one !== uri) });
}

/** @returns what is wrong with the software statement, in a sentence */
async function refuseStatement(ctx: StatementContext, outside: Dispatcher): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) {
    chunks.push(chunk as Buffer);
    if (chunks.reduce((sum, { length }) => sum + length, 0) > sizeLimit) return "the request is too large";
  }
  const text = Buffer.concat(chunks).toString("utf8");
  // The provider takes a body that was read before it.
  ctx.req.body = text;
  const { software_statement: statement, redirect_uris: redirectUris } = JSON.parse(text) as { software_statement?: string; redirect_uris?: string[] };
  if (typeof statement !== "string") return "a software statement is required";
  try {
    const { software_jwks_endpoint: endpoint } = decodeJwt(statement);
    const keys = await request(String(endpoint), { dispatcher: outside });
    const { payload } = await jwtVerify(statement, createLocalJWKSet((await keys.body.json()) as never), { algorithms: ["PS256", "RS256", "ES256"] });
    const allowed = payload["software_redirect_uris"] as string[];
    return redirectUris?.every((uri) => allowed.includes(uri)) === true ? undefined : "a redirect URI is not in the statement";
  } catch (error) {
    return (error as Error).message;
  }
}
