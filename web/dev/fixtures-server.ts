import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { createFixtureApi } from "./fixtures/api.ts";

/**
 * The built client with made-up answers, to look at every state of every page without a bank, a broker or a database. For
 * development only: nothing of this folder is built into the client. Which world is shown is the cookie `opl-fixture`.
 *
 *   node dev/fixtures-server.ts [--port 4173]
 */

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** The policy under which the client is served for real; a page that needs more than this is broken. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The document of a page, chosen as the bff does. */
function documentOf(path: string, { headers }: IncomingMessage): string {
  const language = ["fi", "sv"].find((one) => headers["accept-language"]?.startsWith(one)) ?? "en";
  const kinds = headers.cookie?.includes("opl-fixture=signed-out") === true ? ["open"] : ["open", "signed-in"];
  const candidates = kinds.map((kind) => `pages/${kind}/${path === "/" ? "index" : path.slice(1)}.${language}.html`);
  return candidates.find((file) => existsSync(join(dist, file))) ?? "index.html";
}

async function serveFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = extname(path) === "" ? documentOf(path, request) : normalize(path).replace(/^([/\\.])+/, "");
  try {
    const content = await readFile(join(dist, file));
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
      "cache-control": "no-cache",
    });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

/** Starts the server; port 0 takes any free one. Answers its address and how to stop it. */
export async function startFixturesServer(port: number): Promise<{ url: string; close: () => Promise<void> }> {
  const api = createFixtureApi();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.startsWith("/api/")) await api(request, response, url);
    else await serveFile(url.pathname, request, response);
  };
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (import.meta.main) {
  const at = process.argv.indexOf("--port");
  const { url } = await startFixturesServer(at === -1 ? 4173 : Number.parseInt(process.argv[at + 1] ?? "", 10));
  process.stdout.write(`One Point Ledger with made-up answers: ${url}\n`);
}
