import { rmSync } from "node:fs";
import { productFolder } from "./folder.ts";
import { type Product, startProduct } from "../tools/up/product.ts";
import { silentProgress } from "../tools/up/progress.ts";
import { freePort } from "../tools/up/server-process.ts";
import { services } from "../tools/setup/secrets.ts";

export interface TestProduct extends Product, AsyncDisposable {
  readonly dir: string;
  /** Asks the sandbox bank's own books and switches. */
  bank<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T>;
  /** Asks a service as the operator. */
  operator<T>(service: Parameters<Product["urlOf"]>[0], method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T>;
}

/** The whole product, as `npm start` runs it, in a folder of its own and with small keys at the bank. */
export async function startTestProduct(
  sandbox: Readonly<Record<string, string>> = {},
  /** What every service gets in its environment beside the usual. */
  everyService: Readonly<Record<string, string>> = {},
  /** Of its one address; a free one where nobody had to know it before. */
  port?: number,
): Promise<TestProduct> {
  const dir = productFolder("opl-e2e-");
  const product = await startProduct({
    dir,
    port: port ?? (await freePort()),
    progress: silentProgress,
    fsync: false,
    sandbox: { SANDBOX_RSA_BITS: "2048", ...sandbox },
    environment: Object.fromEntries(services.map((service) => [service, everyService])),
  });
  const json = async <T>(answer: Response): Promise<T> => {
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    ...product,
    dir,
    async bank<T>(method: string, at: string, body?: unknown) {
      return json<T>(await fetch(`${product.sandbox.adminUrl}${at}`, asking(method, body)));
    },
    async operator<T>(service: Parameters<Product["urlOf"]>[0], method: string, at: string, body?: unknown) {
      const authorization = `Bearer ${await product.operatorToken(service)}`;
      return json<T>(await fetch(`${product.urlOf(service)}${at}`, asking(method, body, { authorization })));
    },
    async [Symbol.asyncDispose]() {
      await product.stop();
      // For a look at the logs of a failed run.
      if (process.env["OPL_E2E_KEEP"] === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function asking(method: string, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return body === undefined ? { method, headers } : { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
}
