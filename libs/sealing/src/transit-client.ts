import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { OplError } from "@opl/errors";
import { errors } from "./errors.ts";

export interface TransitClientOptions {
  /** `https://vault.example:8200`; plain http to this machine alone, where an agent of the vault listens. */
  readonly url: string;
  /** Read again before each question: agents renew it in place. */
  readonly tokenFile: string;
  /** PEM file of what is trusted instead of the system's roots. */
  readonly caFile?: string | undefined;
  /** For one attempt, from the connection to the last byte. */
  readonly timeoutMs?: number;
}

/** What came back, when it is something the caller can judge: 200 or 400. */
export interface TransitAnswer {
  readonly status: 200 | 400;
  readonly body: unknown;
  /** The vault's own words about a refusal; to match, never to show. */
  readonly reasons: string;
}

type TransitClient = (method: "GET" | "POST", path: string, body?: object) => Promise<TransitAnswer>;

const defaultTimeoutMs = 5_000;
/** Answers have about 300 bytes; those about a key some thousand. */
const maxAnswerBytes = 65_536;
const maxTokenBytes = 8_192;

/**
 * Asks the vault. Every question leaves the vault as it was, so one that was lost on the way, or met a server that stumbled, is asked a
 * second time; so is one whose token was replaced meanwhile. Redirects are not followed: the token goes to the configured address alone.
 * @throws ERR_KEYRING_UNUSABLE at once, ERR_KEK_UNAVAILABLE with `details.reason` and ERR_KEK_PROTOCOL when asked
 */
export function transitClient({ url, tokenFile, caFile, timeoutMs = defaultTimeoutMs }: TransitClientOptions): TransitClient {
  const base = new URL(url);
  const encrypted = base.protocol === "https:";
  const ca = caFile === undefined ? undefined : readCa(caFile);
  const agent = encrypted ? new HttpsAgent({ keepAlive: true, maxSockets: 16, ca }) : new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const send = encrypted ? httpsRequest : httpRequest;
  const prefix = base.pathname.replace(/\/+$/, "");

  function once(method: "GET" | "POST", path: string, token: string, body: string | undefined): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = send(base, {
        path: `${prefix}${path}`,
        method,
        agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: "application/json",
          "x-vault-request": "true",
          "x-vault-token": token,
          ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      });
      const fail = (error: unknown): void => reject(notReached(error, base));
      request.once("error", fail);
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes <= maxAnswerBytes) return;
          reject(errors.ERR_KEK_PROTOCOL({ message: `The vault at ${base.host} answered with more than ${maxAnswerBytes} bytes.` }));
          request.destroy();
        });
        response.once("error", fail);
        response.once("aborted", () => fail(new Error("aborted")));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
      });
      request.end(body);
    });
  }

  async function attempt(method: "GET" | "POST", path: string, token: string, body: string | undefined): Promise<TransitAnswer> {
    const { status, text } = await once(method, path, token, body);
    const read = parse(text);
    if (status === 200 || status === 400) {
      if (read === undefined) throw errors.ERR_KEK_PROTOCOL({ message: `The vault at ${base.host} answered ${status} without JSON.` });
      return { status, body: read, reasons: status === 400 ? reasonsOf(read) : "" };
    }
    throw refused(status, base, path);
  }

  return async (method, path, question) => {
    const body = question === undefined ? undefined : JSON.stringify(question);
    const token = await readToken(tokenFile);
    try {
      return await attempt(method, path, token, body);
    } catch (error) {
      const reason = error instanceof OplError ? error.details?.["reason"] : undefined;
      if (reason === "token") {
        const replaced = await readToken(tokenFile);
        if (replaced !== token) return attempt(method, path, replaced, body);
      }
      if (reason === "unreachable" || reason === "server") return attempt(method, path, token, body);
      throw error;
    }
  };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw errors.ERR_KEYRING_UNUSABLE({ cause, message: `The CA of the vault, ${file}, cannot be read.` });
  }
}

async function readToken(file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw unavailable("token", `The file with the token for the vault, ${file}, cannot be read: does the agent that writes it run?`, cause);
  }
  if (text === "" || text.length > maxTokenBytes || /[^\x21-\x7e]/.test(text)) throw unavailable("token", `The file ${file} holds no token for the vault.`);
  return text;
}

/** What each status means at a transit engine, as its interface documents it. */
function refused(status: number, { host }: URL, path: string): OplError {
  if (status === 403) return unavailable("token", `The vault at ${host} refused the token (403): renew it, or let its policy allow ${path}.`);
  if (status === 404) return unavailable("key", `The vault at ${host} has no ${path} (404): make the key, or correct its name and mount.`);
  if (status === 429) return unavailable("busy", `The vault at ${host} answers no more questions for now (429).`);
  if (status === 503) return unavailable("sealed", `The vault at ${host} is sealed or in maintenance (503): unseal it.`);
  if (status >= 500) return unavailable("server", `The vault at ${host} stumbled (${status}).`);
  if (status >= 300 && status < 400) return unavailable("standby", `The vault at ${host} sends elsewhere (${status}): name the address of the active server.`);
  return errors.ERR_KEK_PROTOCOL({ message: `The vault at ${host} answered ${status}.` });
}

function notReached(error: unknown, { host }: URL): OplError {
  const { name, code } = error as { name?: string; code?: string };
  if (name === "AbortError" || name === "TimeoutError") return unavailable("timeout", `The vault at ${host} did not answer in time.`);
  return unavailable("unreachable", `The vault at ${host} cannot be reached (${code ?? "connection lost"}).`, error);
}

function unavailable(reason: string, message: string, cause?: unknown): OplError {
  return errors.ERR_KEK_UNAVAILABLE({ message, details: { reason }, ...(cause === undefined ? {} : { cause }) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reasonsOf(body: unknown): string {
  const { errors: said } = (body ?? {}) as { errors?: unknown };
  return Array.isArray(said) ? said.join("; ") : "";
}
