import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { systemClock } from "@opl/service";
import { Provider } from "oidc-provider";

/** How we are known at the provider. */
export const openIdClient = { id: "ledger", secret: "a secret of thirty-two characters" } as const;

export interface OpenIdProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Signs in as this subject, without a browser: what one would bring back to us. */
  signIn(redirectUrl: string, subject: string, minutesAgo?: number): Promise<{ name: string; value: string }[]>;
}

interface ProviderOptions {
  /** Where it sends people back to. */
  readonly publicOrigin: string;
}

const questionPath = "/let-in/";
const page = `<!doctype html><html lang="en"><title>Example ID</title><form method="post">
<label>Account <input name="subject"></label>
<button name="decision" value="enter">Sign in</button><button name="decision" value="refuse">Refuse</button></form></html>`;

/** A real OpenID provider that believes whoever names an account, and asks nobody again whom it knows. */
export async function startOpenIdProvider({ publicOrigin }: ProviderOptions): Promise<OpenIdProvider> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: openIdClient.id, client_secret: openIdClient.secret, redirect_uris: [`${publicOrigin}/sign-in/return`] }],
    pkce: { required: () => true },
    cookies: { keys: ["test"] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_ctx, { uid }) => `${questionPath}${uid}` },
    features: { devInteractions: { enabled: false } },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId ?? "", accountId: session?.accountId ?? "" });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const decide = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const ts = Math.floor(systemClock.now().epochMilliseconds / 1_000) - Number(form.get("minutesAgo") ?? 0) * 60;
    const login = { accountId: form.get("subject") ?? "", ts };
    await provider.interactionFinished(request, response, form.get("decision") === "refuse" ? { error: "access_denied" } : { login });
  };
  const handle = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith(questionPath) !== true) void handle(request, response);
    else if (request.method === "POST") void decide(request, response);
    else response.setHeader("content-type", "text/html; charset=utf-8").end(page);
  });
  return {
    issuer,
    async signIn(redirectUrl, subject, minutesAgo = 0) {
      const jar = new Map<string, string>();
      const answered = { method: "POST", body: new URLSearchParams({ subject, minutesAgo: String(minutesAgo) }) };
      let address = redirectUrl;
      while (!address.startsWith(publicOrigin)) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const asks = new URL(address).pathname.startsWith(questionPath);
        const answer = await fetch(address, { redirect: "manual", headers: { cookie }, ...(asks ? answered : {}) });
        for (const line of answer.headers.getSetCookie()) {
          const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
          jar.set(name, value);
        }
        address = new URL(answer.headers.get("location") ?? "", address).href;
      }
      return [...new URL(address).searchParams].map(([name, value]) => ({ name, value }));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
