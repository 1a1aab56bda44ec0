import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "./ask.ts";
import { makeSecrets } from "./secrets.ts";

const folder = mkdtempSync(path.join(tmpdir(), "opl-ask-"));
const server = createServer((request, response) => response.end(`${request.method} ${request.url} ${request.headers.authorization?.split(" ")[0]}`));
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  makeSecrets(path.join(folder, "secrets"));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe("ask", () => {
  it("finds the product that npm start runs, without any setting", async () => {
    await expect(ask(["tpp-registry", "GET", "/certificates"], { OPL_DIR: folder })).rejects.toMatchObject({
      message: `No platform has been started from ${folder} (OPL_DIR); start it with npm start, or name the secrets of another one in OPL_SECRETS_DIR.`,
    });
    const port = Number(new URL(origin).port);
    writeFileSync(path.join(folder, "ports.json"), JSON.stringify({ "tpp-registry": port, web: port }));
    for (const service of ["tpp-registry", "bff"]) expect(await ask([service, "GET", "/certificates"], { OPL_DIR: folder })).toBe("GET /certificates Bearer");
  });

  it("goes where it is told, with the secrets it is told", async () => {
    const environment = { OPL_DIR: path.join(folder, "none"), OPL_SECRETS_DIR: path.join(folder, "secrets"), OPL_BANK_GATEWAY_URL: origin };
    expect(await ask(["bank-gateway", "POST", "/certificates", "{}"], environment)).toBe("POST /certificates Bearer");
    await expect(ask(["bank"], environment)).rejects.toThrow(/^There is no service bank\. One of: /);
  });
});
