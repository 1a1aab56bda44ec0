import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** How the vault behaves; a test changes it while it runs. */
export interface TransitState {
  token: string;
  sealed: boolean;
  /** Ciphertexts of older versions do not open any more. */
  minDecryptionVersion: number;
  /** Answers instead of the vault; false lets the vault answer. */
  interfere: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

export interface TransitServer extends AsyncDisposable {
  readonly url: string;
  readonly state: TransitState;
  /** `POST encrypt/<key>`, in the order they came. */
  readonly asked: string[];
  rotate(): void;
}

/**
 * A vault's transit engine as its public interface describes it, for one key under `/v1/<mount>`: `encrypt`, `decrypt`, `keys`, versions,
 * associated data, and the answers to what is wrong. Written without the client, so that the two check each other.
 */
export async function startTransitServer(
  options: { mount?: string; key?: string; tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<TransitServer> {
  const { mount = "transit", key = "ledger" } = options;
  const versions: Buffer[] = [randomBytes(32)];
  const state: TransitState = { token: "hvs.first", sealed: false, minDecryptionVersion: 1, interfere: undefined };
  const asked: string[] = [];

  const listener: RequestListener = (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const path = (request.url ?? "").replace(`/v1/${mount}/`, "");
      asked.push(`${request.method} ${path}`);
      if (state.interfere?.(request, response) === true) return;
      const { status, body } = answer(`${request.method} ${path}`, request.headers["x-vault-token"], Buffer.concat(chunks).toString("utf8"));
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    })().catch(() => response.destroy());
  };

  function answer(question: string, token: unknown, text: string): { status: number; body: object } {
    if (state.sealed) return refusal(503, "Vault is sealed");
    if (token !== state.token) return refusal(403, "permission denied");
    if (question === `GET keys/${key}`) return data({ name: key, type: "aes256-gcm96", latest_version: versions.length, supports_encryption: true });
    const input = text === "" ? {} : (JSON.parse(text) as Record<string, string>);
    const aad = Buffer.from(input["associated_data"] ?? "", "base64");
    if (question === `POST encrypt/${key}`)
      return data({ ciphertext: encrypt(Buffer.from(input["plaintext"] ?? "", "base64"), aad), key_version: versions.length });
    if (question === `POST decrypt/${key}`) return decrypt(input["ciphertext"] ?? "", aad);
    return question.startsWith("POST decrypt/") ? refusal(400, "encryption key not found") : { status: 404, body: { errors: [] } };
  }

  function encrypt(plaintext: Buffer, aad: Buffer): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", versions.at(-1) as Buffer, nonce).setAAD(aad);
    const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return `vault:v${versions.length}:${sealed.toString("base64")}`;
  }

  function decrypt(ciphertext: string, aad: Buffer): { status: number; body: object } {
    const [, number, base64] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
    const version = Number(number);
    if (base64 === undefined) return refusal(400, "invalid ciphertext: no prefix");
    if (version < state.minDecryptionVersion) return refusal(400, "ciphertext or signature version is disallowed by policy (too old)");
    if (version > versions.length) return refusal(400, "invalid ciphertext: version is too new");
    const bytes = Buffer.from(base64, "base64");
    try {
      const decipher = createDecipheriv("aes-256-gcm", versions[version - 1] as Buffer, bytes.subarray(0, 12))
        .setAAD(aad)
        .setAuthTag(bytes.subarray(-16));
      return data({ plaintext: Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("base64") });
    } catch {
      return refusal(400, "invalid ciphertext: unable to decrypt");
    }
  }

  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    state,
    asked,
    rotate: () => void versions.push(randomBytes(32)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function data(body: object): { status: number; body: object } {
  return { status: 200, body: { request_id: "0", lease_id: "", renewable: false, lease_duration: 0, data: body, wrap_info: null, warnings: null, auth: null } };
}

function refusal(status: number, ...errors: string[]): { status: number; body: object } {
  return { status, body: { errors } };
}
