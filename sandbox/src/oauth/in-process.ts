import { X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";

export interface Question {
  readonly method: "GET" | "POST";
  /** Below the issuer. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** Client certificate of the connection, DER. */
  readonly certificate?: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  /** JSON as a value, anything else as text. */
  readonly body: unknown;
}

/** An authorization server of the library inside this process. Routes of the bank stand before it, so that books and fault switches see every call. */
export interface InProcessProvider {
  ask(question: Question): Promise<Reply>;
  provider(): Promise<Provider>;
}

/** Carries the client certificate inside the process, as a proxy that ends TLS would. */
const certificateHeader = "x-client-certificate";

interface Headers {
  get(name: string): string;
}

/** The certificate of the caller, DER; undefined where none was shown. */
export function certificateIn(context: Headers): Buffer | undefined {
  const der = context.get(certificateHeader);
  return der === "" ? undefined : Buffer.from(der, "base64");
}

export function x509In(context: Headers): X509Certificate | undefined {
  const der = certificateIn(context);
  return der === undefined ? undefined : new X509Certificate(der);
}

/** Nothing is loaded before the first question: the library costs every start a quarter of a second and 50 MB. */
export function openInProcess(issuer: () => string, load: () => Promise<Provider>): InProcessProvider {
  let loading: ReturnType<typeof start> | undefined;
  const started = (): ReturnType<typeof start> => (loading ??= start(issuer, load));
  return {
    provider: async () => (await started()).provider,
    async ask({ method, path, headers = {}, body, certificate }) {
      const { inject, listener } = await started();
      const { host, pathname } = new URL(issuer());
      const answer = await inject(listener, {
        method,
        url: `${pathname.replace(/\/$/, "")}${path}`,
        headers: {
          ...Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
          host,
          "x-forwarded-proto": "https",
          ...(certificate === undefined ? {} : { [certificateHeader]: certificate.toString("base64") }),
        },
        ...(body === undefined ? {} : { payload: body }),
      });
      return { status: answer.statusCode, headers: answer.headers, body: readBody(answer.payload) };
    },
  };
}

async function start(issuer: () => string, load: () => Promise<Provider>) {
  const [provider, { inject }] = await Promise.all([load(), import("light-my-request")]);
  provider.proxy = true;
  const mount = new URL(issuer()).pathname.replace(/\/$/, "");
  const callback = provider.callback();
  const listener = (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): unknown => {
    request.originalUrl = request.url ?? "/";
    request.url = request.originalUrl.slice(mount.length);
    return callback(request, response);
  };
  return { provider, inject, listener };
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
