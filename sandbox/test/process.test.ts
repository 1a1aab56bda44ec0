import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Endpoints } from "../src/app.ts";
import { startBank, today } from "./bank.ts";
import { connect, readAll } from "./connection.ts";
import { ownPorts } from "./ports.ts";
import { Tpp } from "./tpp.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const running: ChildProcess[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-"));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env["PATH"], SANDBOX_DIR: folder, SANDBOX_RSA_BITS: "2048", SANDBOX_SPARE_KEYS: "0", SANDBOX_TODAY: today, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<Endpoints & { event: string }> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) return JSON.parse(line) as Endpoints & { event: string };
  throw new Error("the sandbox ended before it was ready");
}

async function ended(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await once(child, "close");
  return { code: child.exitCode, errors };
}

describe("the process", () => {
  it("says in one line where everything is, writes the same down, and ends on SIGTERM", async () => {
    const child = start();
    const line = await ready(child);
    expect(line.event).toBe("ready");
    const { event: _, ...endpoints } = line;
    expect(JSON.parse(readFileSync(join(folder, "endpoints.json"), "utf8"))).toEqual(endpoints);
    expect(Object.keys(endpoints)).toEqual([
      "certGenerationUrl",
      "registrationUrl",
      "tokenUrl",
      "aisBaseUrl",
      "pisBaseUrl",
      "cofBaseUrl",
      "authorizeUrl",
      "issuer",
      "oidcJwksUrl",
      "paymentsJwksUrl",
      "caFile",
      "crlUrl",
      "adminUrl",
      "qtspUrl",
      "directoryUrl",
      "directoryJwksUrl",
      "uk",
      "berlinGroup",
      "fapi",
    ]);
    expect(new URL(endpoints.authorizeUrl).origin).toBe(endpoints.issuer);
    expect(existsSync(endpoints.caFile)).toBe(true);
    child.kill("SIGTERM");
    expect((await ended(child)).code).toBe(0);
  });

  it("keeps its state in .opl/sandbox below the folder it is started in, where the documents look for ca.pem and env.json", async () => {
    const child = start({ SANDBOX_DIR: "" });
    const { caFile } = await ready(child);
    expect(caFile).toBe(join(realpathSync(folder), ".opl/sandbox/ca.pem"));
    expect(readFileSync(join(folder, ".opl/sandbox/ca.pem"), "utf8")).toContain("-----BEGIN CERTIFICATE-----");
    expect(JSON.parse(readFileSync(join(folder, ".opl/sandbox/env.json"), "utf8"))).toMatchObject({ OP_CA_BUNDLE_PATH: caFile });
  });

  it("is the only one of its folder: a second one ends with a sentence and changes nothing, and one that was killed leaves no lock", async () => {
    const first = start();
    await ready(first);
    const written = readFileSync(join(folder, "endpoints.json"), "utf8");
    const { code, errors } = await ended(start());
    expect(code).toBe(1);
    expect(errors).toBe(
      `ERR_SANDBOX_RUNNING: A sandbox runs from ${folder} already (npm start brings one with it). Use that one: ${join(folder, "endpoints.json")} says where it is. Or name another folder in SANDBOX_DIR.\n`,
    );
    expect(readFileSync(join(folder, "endpoints.json"), "utf8")).toBe(written);
    first.kill("SIGKILL");
    await once(first, "exit");
    expect((await ready(start())).event).toBe("ready");
  });

  it("ends with its parent where it is told to", async () => {
    const child = start({ OPL_EXIT_WITH_PARENT: "1" });
    await ready(child);
    child.stdin?.end();
    expect((await ended(child)).code).toBe(0);
  });

  it("lists every bad variable at once", async () => {
    const { code, errors } = await ended(start({ SANDBOX_PAGE_SIZE: "0", SANDBOX_TODAY: "2026-02-30", SANDBOX_RSA_BITS: "1024", SANDBOX_ADMIN_PORT: "x" }));
    expect(code).toBe(78);
    for (const name of ["SANDBOX_PAGE_SIZE", "SANDBOX_TODAY", "SANDBOX_RSA_BITS", "SANDBOX_ADMIN_PORT"]) expect(errors).toContain(name);
  });

  it("says which port is busy, and which folder cannot be written", async () => {
    await using other = await startBank();
    const { port } = new URL(other.endpoints.adminUrl);
    const busy = await ended(start({ SANDBOX_ADMIN_PORT: port }));
    expect(busy).toMatchObject({ code: 1, errors: expect.stringContaining(`SANDBOX_ADMIN_PORT: port ${port} is already in use`) });
    const inside = join(folder, "endpoints.json", "below-a-file");
    writeFileSync(join(folder, "endpoints.json"), "{}");
    const closed = await ended(start({ SANDBOX_DIR: inside }));
    expect(closed).toMatchObject({ code: 1, errors: expect.stringContaining(`${inside} cannot be written`) });
  });
});

describe("a restart, even after a kill", () => {
  it("keeps ports, clients, tokens, consents, bookings, continuation tokens and books", async () => {
    const first = start(await ownPorts());
    const endpoints = await ready(first);
    const wired = { endpoints, folder, ca: readFileSync(endpoints.caFile, "utf8") } as never;
    const tpp = await Tpp.registered(wired);
    const { token, tokens } = await connect(tpp);
    const [account] = (await tpp.api<{ accountId: string; identifier: string }[]>("/accounts", token)).body;
    const path = `/accounts/${account?.accountId}/transactions`;
    await fetch(`${endpoints.adminUrl}/transactions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ psu: "88888881", account: account?.identifier, amount: "5.00" }),
    });
    const before = await readAll(tpp, path, token);
    const middle = (await tpp.api<{ continuationToken: string }>(path, token)).body.continuationToken;
    first.kill("SIGKILL");
    await once(first, "exit");

    expect(await ready(start())).toEqual(endpoints);
    expect(await readAll(tpp, path, token)).toEqual(before);
    expect((await tpp.api(`${path}?continuationToken=${encodeURIComponent(middle)}`, token)).status).toBe(200);
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).status).toBe(200);
    const { calls } = (await (await fetch(`${endpoints.adminUrl}/books/calls`)).json()) as { calls: { seq: number; endpoint: string }[] };
    expect(calls.map((each) => each.seq)).toEqual(calls.map((_each, index) => index + 1));
    expect(calls.filter((each) => each.endpoint === "R1")).toHaveLength(1);
  });

  it("on a later day has the same history and a little more", async () => {
    const one = await startBank({ folder });
    const ledger = async (bank: typeof one): Promise<{ accounts: { count: number; transactions: object[] }[] }> =>
      (await bank.admin<{ people: { accounts: { count: number; transactions: object[] }[] }[] }>("GET", "/books/ledger?psu=88888881&from=2024-01-01&rows=true"))
        .body.people[0] as never;
    const before = await ledger(one);
    await one.stop();
    await using later = await startBank({ folder, env: { SANDBOX_TODAY: "2026-11-27" } });
    const after = await ledger(later);
    for (const [index, account] of before.accounts.entries()) expect(after.accounts[index]?.transactions.slice(0, account.count)).toEqual(account.transactions);
    expect(after.accounts[0]?.count).toBeGreaterThan(before.accounts[0]?.count ?? 0);
    await later.stop();
    await expect(startBank({ folder, env: { SANDBOX_TODAY: "2020-01-01" } }).then((bank) => bank.admin("GET", "/people"))).resolves.toMatchObject({
      body: { code: "ERR_SANDBOX_PEOPLE_START" },
    });
  });
});
