import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { request } from "undici";

/** Where the sandbox bank listens, as it says when it is ready. */
interface SandboxEndpoints {
  readonly certGenerationUrl: string;
  readonly registrationUrl: string;
  readonly tokenUrl: string;
  readonly aisBaseUrl: string;
  readonly pisBaseUrl: string;
  readonly cofBaseUrl: string;
  readonly paymentsJwksUrl: string;
  readonly authorizeUrl: string;
  readonly issuer: string;
  readonly oidcJwksUrl: string;
  readonly caFile: string;
  readonly crlUrl: string;
  readonly adminUrl: string;
  readonly qtspUrl: string;
  readonly directoryUrl: string;
  readonly uk: { readonly issuer: string; readonly bankId: string };
  readonly berlinGroup: { readonly baseUrl: string };
  readonly fapi: Readonly<Record<"fapi1" | "fapi2" | "decoupled", { readonly issuer: string; readonly pageUrl: string }>>;
}

export interface BankCall {
  readonly seq: number;
  readonly endpoint: string;
  readonly [member: string]: unknown;
}

/** The sandbox as a process of its own: nothing but the wire connects it with the gateway. */
export interface Sandbox extends AsyncDisposable {
  readonly endpoints: SandboxEndpoints;
  /** Switches a fault on until `calm`. */
  fault(name: string, options?: Record<string, unknown>): Promise<void>;
  calm(): Promise<void>;
  /** Calls the bank has counted, by its own names: T1, A1, A4 … */
  calls(filter?: { since?: number; endpoint?: string }): Promise<readonly BankCall[]>;
  lastSeq(): Promise<number>;
  admin<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T>;
}

const root = resolve(import.meta.dirname, "../../..");
export const portalApiKey = "sandbox-portal-key";

export async function startSandbox(env: Record<string, string> = {}): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), "opl-gateway-sandbox-"));
  const child = spawn(process.execPath, [join(root, "sandbox/src/main.ts")], {
    cwd: root,
    env: { ...process.env, SANDBOX_DIR: folder, SANDBOX_RSA_BITS: "2048", OPL_EXIT_WITH_PARENT: "1", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ready = Promise.withResolvers<SandboxEndpoints>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith('{"event":"ready"')) ready.resolve(JSON.parse(line) as SandboxEndpoints);
  });
  child.once("exit", (code) => ready.reject(new Error(`the sandbox ended with ${code}`)));
  const endpoints = await ready.promise;

  async function admin<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
    const answer = await request(`${endpoints.adminUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode > 299) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  return {
    endpoints,
    admin,
    fault: async (name, options = {}) => void (await admin("POST", "/faults", { fault: name, ...options })),
    calm: async () => void (await admin("DELETE", "/faults")),
    async calls({ since, endpoint } = {}) {
      const query = new URLSearchParams({ ...(since === undefined ? {} : { since: String(since) }), ...(endpoint === undefined ? {} : { endpoint }) });
      return (await admin<{ calls: BankCall[] }>("GET", `/books/calls?${query.toString()}`)).calls;
    },
    lastSeq: async () => (await admin<{ lastSeq: number }>("GET", "/books/summary")).lastSeq,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
