import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/** G-16: after the journey no key, client secret, token, password or code lies about in clear. */
let product: TestProduct;
let known: Record<string, string>;

beforeAll(async () => {
  product = await startTestProduct();
  const person = await new Person(product.origin).signUp();
  const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
  const returned = await visitBank(redirectUrl, "88888882", "approve");
  const { consentId } = await person.comeBack(returned);
  await person.untilRead(consentId);
  const answer = new URLSearchParams(new URL(returned).hash.slice(1));
  const secret = (service: string, name: string): string => readFileSync(path.join(product.secretsDir, service, name), "utf8").trim();
  known = {
    "the person's password": person.password,
    "session cookie": /=([^;]+)/.exec(person.cookie)?.[1] ?? "",
    // The part before the signature is what a thief of the table would need.
    "session token": decodeURIComponent(/=([^;]+)/.exec(person.cookie)?.[1] ?? "").split(".")[0] ?? "",
    "authorization code": answer.get("code") ?? "",
    "front-channel ID token": (answer.get("id_token") ?? "").split(".")[2] ?? "",
    state: answer.get("state") ?? "",
    "key-encryption key": secret("bank-gateway", "kek").split(":")[1] ?? "",
    "service key of bff": (JSON.parse(secret("bff", "service-key.json")) as { d: string }).d,
    "portal API key": secret("sandbox", "portal-key"),
    "Postgres password": secret("ingest", "database-password"),
    "NATS password": secret("ingest", "nats-password"),
    "demo password": secret("demo", "password"),
  };
  await person.post("withdrawConnection", `/api/connections/${consentId}/withdrawal`, { keepData: true });
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** The bank keeps digests of what it issued: a text of theirs somewhere in clear is found by its digest. */
function issuedDigests(): Set<string> {
  const digests = new Set<string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (/(tokens|codes)\.jsonl$/.test(entry.name))
        for (const [digest] of readFileSync(file, "utf8").matchAll(/(?<=")[A-Za-z0-9_-]{43}(?=")|(?<=")[0-9a-f]{64}(?=")/g)) digests.add(digest);
    }
  };
  walk(path.join(product.dir, "sandbox"));
  return digests;
}

const digestsOf = (text: string): string[] => [createHash("sha256").update(text).digest("hex"), createHash("sha256").update(text).digest("base64url")];

/** Every run of letters and digits that is as long as what the bank issues. */
function findIssued(text: string, digests: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9]{20,200}/g)) {
    for (const length of [20, 24, 28, 32, 40]) {
      for (let start = 0; start + length <= run.length; start += 1) {
        const candidate = run.slice(start, start + length);
        if (digestsOf(candidate).some((digest) => digests.has(digest))) found.push(candidate);
      }
    }
  }
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
}

function leaks(text: string): string[] {
  return [
    ...Object.entries(known)
      .filter(([, value]) => value.length >= 8 && text.includes(value))
      .map(([name]) => name),
    ...[/-----BEGIN [A-Z ]*PRIVATE KEY-----/, /"d"\s*:\s*"[A-Za-z0-9_-]{40,}"/]
      .filter((pattern) => pattern.test(text))
      .map((pattern) => `private key (${pattern.source})`),
  ];
}

describe("G-16 TM-01 no secret in clear", () => {
  it("knows what it looks for", () => {
    for (const [name, value] of Object.entries(known)) expect(value.length, name).toBeGreaterThanOrEqual(8);
    expect(issuedDigests().size).toBeGreaterThan(4);
  });

  it("in the logs", () => {
    const digests = issuedDigests();
    for (const file of filesBelow(product.logDir).filter((name) => !name.endsWith("sandbox.log"))) {
      const text = readFileSync(file, "utf8");
      expect(leaks(text), file).toEqual([]);
      expect(findIssued(text, digests), file).toEqual([]);
    }
  });

  it("in any table of any service", async () => {
    const digests = issuedDigests();
    const dump = await asAdmin(product, async (db) => {
      const { rows: tables } = await sql<{
        schema: string;
        name: string;
      }>`select table_schema as schema, table_name as name from information_schema.tables where table_schema like 'opl\\_%' and table_type = 'BASE TABLE'`.execute(
        db,
      );
      const texts: { at: string; text: string }[] = [];
      for (const { schema, name } of tables) {
        // Bytes as hex would hide a text in a bytea column.
        const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(`${schema}.${name}`)} t`.execute(db);
        texts.push({
          at: `${schema}.${name}`,
          text: rows.map(({ row }) => row.replaceAll(/\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("latin1"))).join("\n"),
        });
      }
      return texts;
    });
    expect(dump.length).toBeGreaterThan(20);
    for (const { at, text } of dump) {
      expect(leaks(text), at).toEqual([]);
      if (!/transactions|raw_messages|outbox|ledger|entries/.test(at)) expect(findIssued(text, digests), at).toEqual([]);
    }
  });

  it("in the broker's files", () => {
    const streams = filesBelow(path.join(product.dir, "nats")).filter((file) => !file.endsWith("nats-server.conf"));
    expect(streams.length).toBeGreaterThan(5);
    for (const file of streams) expect(leaks(readFileSync(file, "latin1")), file).toEqual([]);
  });

  it("finds a planted one", () => {
    expect(leaks(`x ${known["authorization code"]} y`)).toEqual(["authorization code"]);
    expect(findIssued("prefix A1b2C3d4E5f6G7h8I9j0K1l2M3n4 suffix", new Set(digestsOf("A1b2C3d4E5f6G7h8I9j0K1l2M3n4")))).toEqual([
      "A1b2C3d4E5f6G7h8I9j0K1l2M3n4",
    ]);
  });
});
