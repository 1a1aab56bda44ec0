import { generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { bffRoutes } from "@opl/contracts/http/bff";
import type { ResponseOf } from "@opl/contracts/http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carrySession, launchBrowser, newPerson } from "./browser.ts";
import { keptByPage } from "./kept-by-page.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { readTables, type TableText } from "./tables.ts";

/** G-16: after registration and the journey no key, client secret, token, password or code lies about in clear. */
let product: TestProduct;
let browser: Browser;
/** Somebody's, who looked around while the permission stood. */
let page: Page;
let known: Record<string, string>;
let consentId: string;
/** While the permission stands its tokens are kept; withdrawn, they are gone. */
let tables: { standing: readonly TableText[]; withdrawn: readonly TableText[] };

beforeAll(async () => {
  product = await startTestProduct();
  const person = await new Person(product.origin).signUp();
  const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
  const returned = await visitBank(redirectUrl, "88888882", "approve");
  browser = await launchBrowser();
  const seen = await newPerson(browser);
  ({ page } = seen);
  await carrySession(person, seen.context);
  // The page is given what the bank answered, as the browser of a person is.
  const finished = page.waitForResponse((answer) => answer.url().endsWith("/api/connections/return"));
  await page.goto(returned);
  const { about } = (await (await finished).json()) as ResponseOf<typeof bffRoutes.finishConnection>;
  consentId = about.kind === "consent" ? about.consentId : "";
  await person.untilRead(consentId);
  for (const place of ["/", "/transactions", "/settings"]) {
    await page.goto(`${product.origin}${place}`);
    await page.locator("h1").first().waitFor();
  }
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
    "our API key at the bank": clientsAtBank()[0]?.apiKey ?? "",
    "portal API key": secret("sandbox", "portal-key"),
    "Postgres password": secret("ingest", "database-password"),
    "NATS password": secret("ingest", "nats-password"),
    "demo password": secret("demo", "password"),
  };
  const standing = await readTables(product);
  await person.post("withdrawConnection", `/api/connections/${consentId}/withdrawal`, { keepData: true });
  tables = { standing, withdrawn: await readTables(product) };
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const walk = (folder: string, visit: (file: string, name: string) => void): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(file, visit);
    else visit(file, entry.name);
  }
};

/** What registration gave us, as the bank remembers it: the secret as a digest, the API key, which only names us, as it is. */
function clientsAtBank(): { clientSecretDigest: string; apiKey: string }[] {
  const clients = new Map<string, { clientSecretDigest: string; apiKey: string }>();
  walk(path.join(product.dir, "sandbox"), (file, name) => {
    if (name !== "clients.jsonl") return;
    for (const line of readFileSync(file, "utf8")
      .split("\n")
      .filter((each) => each !== "")) {
      const { id, value } = JSON.parse(line) as { id: string; value?: { clientSecretDigest: string; apiKey?: string } };
      // Other banks of the sandbox give neither secret nor API key.
      if (value?.apiKey !== undefined) clients.set(id, { ...value, apiKey: value.apiKey });
    }
  });
  return [...clients.values()];
}

/** The bank keeps digests of what it issued: a text of theirs somewhere in clear is found by its digest. */
function issuedDigests(): Set<string> {
  const digests = new Set(clientsAtBank().map((client) => client.clientSecretDigest));
  walk(path.join(product.dir, "sandbox"), (file, name) => {
    if (!/(tokens|codes)\.jsonl$/.test(name)) return;
    for (const [digest] of readFileSync(file, "utf8").matchAll(/(?<=")[A-Za-z0-9_-]{43}(?=")|(?<=")[0-9a-f]{64}(?=")/g)) digests.add(digest);
  });
  return digests;
}

const digestsOf = (text: string): string[] => [hash("sha256", text, "hex"), hash("sha256", text, "base64url")];
const issuedLengths = [20, 24, 28, 32, 40] as const;

/**
 * Every run of letters and digits that is as long as what the bank issues. Lower-case hexadecimal is passed over: it is a hash or an
 * id of ours, and among sixty-two characters twenty random ones look like that once in 10^11 times.
 */
function findIssued(text: string, digests: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const tried = new Set<string>();
  for (const [run] of text.matchAll(/[A-Za-z0-9]{20,}/g)) {
    if (tried.has(run) || /^[0-9a-f]+$/.test(run)) continue;
    tried.add(run);
    for (const length of issuedLengths) {
      for (let start = 0; start + length <= run.length; start += 1) {
        const candidate = run.slice(start, start + length);
        if (digestsOf(candidate).some((digest) => digests.has(digest))) found.add(candidate);
      }
    }
  }
  return [...found];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
}

/** In bytes. */
const longestSearched = 4_000_000;

function leaks(text: string): string[] {
  return [
    ...Object.entries(known)
      .filter(([, value]) => value.length >= 8 && text.includes(value))
      .map(([name]) => name),
    ...Object.entries(privateKeys)
      .filter(([, isIn]) => isIn(text))
      .map(([form]) => `private key (${form})`),
  ];
}

const bytes = (hex: string) => (text: string) => text.includes(Buffer.from(hex, "hex").toString("latin1"));
const like = (pattern: RegExp) => (text: string) => pattern.test(text);

/** How a private key lies about: what its forms have in common. The bytes are a version and the algorithm, which public keys have without one. */
const privateKeys = {
  PEM: like(/-----BEGIN [A-Z ]*PRIVATE KEY-----/),
  JWK: like(/"d"\s*:\s*"[A-Za-z0-9_-]{40,}"/),
  "RSA, PKCS #8, bytes": bytes("020100300d06092a864886f70d010101050004"),
  "RSA, PKCS #8, base64": like(/IBADANBgkqhkiG9w0BAQEFAAS[A-P]/),
  "RSA, PKCS #1, base64": like(/MII[A-Z][\w+/-]{2}IBAAK[A-P]/),
  "P-256, PKCS #8, bytes": bytes("020100301306072a8648ce3d0201"),
  "EC, PKCS #8, base64": like(/MI[\w+/-]{3}gEAMB[\w+/-]{2}ByqGSM49AgEG/),
} as const;

describe("G-16 TM-01 no secret in clear", () => {
  it("knows what it looks for", () => {
    for (const [name, value] of Object.entries(known)) expect(value.length, name).toBeGreaterThanOrEqual(8);
    expect(clientsAtBank().length).toBeGreaterThan(0);
    for (const { clientSecretDigest } of clientsAtBank()) expect(issuedDigests()).toContain(clientSecretDigest);
    expect(issuedDigests().size).toBeGreaterThan(5);
  });

  it("in the logs", () => {
    const digests = issuedDigests();
    // Postgres keeps its log beside its data, which may be elsewhere.
    const ofPostgres = `${realpathSync(path.join(product.dir, "postgres"))}.log`;
    for (const file of [...filesBelow(product.logDir).filter((name) => !name.endsWith("sandbox.log")), ofPostgres]) {
      const text = readFileSync(file, "utf8");
      expect(leaks(text), file).toEqual([]);
      expect(findIssued(text, digests), file).toEqual([]);
    }
  });

  it.each(["standing", "withdrawn"] as const)("in any table of any service, the permission %s", (permission) => {
    const digests = issuedDigests();
    const dump = tables[permission];
    expect(dump.length).toBeGreaterThan(20);
    const kept = dump.find(({ at }) => at === "opl_bank_gateway.token_sets")?.text;
    expect(kept === "").toBe(permission === "withdrawn");
    for (const { at, text } of dump) {
      expect(leaks(text), at).toEqual([]);
      expect(findIssued(text, digests), at).toEqual([]);
    }
  });

  it("in the broker's files", () => {
    const streams = filesBelow(path.join(product.dir, "nats")).filter((file) => !file.endsWith("nats-server.conf"));
    expect(streams.length).toBeGreaterThan(5);
    const digests = issuedDigests();
    let searched = 0;
    // They are written as they are: what is searched can be read.
    expect(streams.some((file) => readFileSync(file, "latin1").includes(consentId))).toBe(true);
    for (const file of streams) {
      const text = readFileSync(file, "latin1");
      expect(leaks(text), file).toEqual([]);
      // Larger ones would take minutes; one person's facts do not fill one, so that in truth none is left out.
      if (text.length > longestSearched) continue;
      expect(findIssued(text, digests), file).toEqual([]);
      searched += 1;
    }
    expect(searched).toBe(streams.length);
  });

  it("in anything that a page keeps in the browser", async () => {
    const digests = issuedDigests();
    for (const [where, text] of Object.entries(await keptByPage(page))) {
      expect(leaks(text), where).toEqual([]);
      expect(findIssued(text, digests), where).toEqual([]);
    }
  });

  it.each([
    ["localStorage", "localStorage.setItem('draft', secret)"],
    ["sessionStorage", "sessionStorage.setItem('draft', secret)"],
    ["caches", "(await caches.open('drafts')).put('/draft', new Response(secret))"],
    [
      "databases",
      `new Promise((resolve, reject) => {
        const opening = indexedDB.open("drafts", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("rows").put({ draft: new TextEncoder().encode(secret) }, 1);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
      })`,
    ],
  ])("finds one that is planted in %s of the browser, in its contents and nowhere in a name", async (where, plant) => {
    await page.evaluate(`(async (secret) => { await ${plant}; })(${JSON.stringify(known["authorization code"])})`);
    const kept = Object.entries(await keptByPage(page));
    expect(kept.filter(([, text]) => leaks(text).includes("authorization code")).map(([place]) => place)).toContain(where);
  });

  it("finds a planted one", () => {
    const [rsa, ec] = [generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey];
    const der = (key: KeyObject, type: "pkcs8" | "pkcs1", as: "latin1" | "base64"): string =>
      `x ${key.export({ format: "der", type: type as "pkcs8" }).toString(as)} y`;
    expect(leaks(der(rsa, "pkcs8", "latin1"))).toEqual(["private key (RSA, PKCS #8, bytes)"]);
    expect(leaks(der(rsa, "pkcs8", "base64"))).toEqual(["private key (RSA, PKCS #8, base64)"]);
    expect(leaks(der(rsa, "pkcs1", "base64"))).toEqual(["private key (RSA, PKCS #1, base64)"]);
    expect(leaks(der(ec, "pkcs8", "latin1"))).toEqual(["private key (P-256, PKCS #8, bytes)"]);
    expect(leaks(der(ec, "pkcs8", "base64"))).toEqual(["private key (EC, PKCS #8, base64)"]);
    expect(leaks(JSON.stringify(rsa.export({ format: "jwk" })))).toEqual(["private key (JWK)"]);
    expect(leaks(`x ${known["authorization code"]} y`)).toEqual(["authorization code"]);
    expect(findIssued("prefix A1b2C3d4E5f6G7h8I9j0K1l2M3n4 suffix", new Set(digestsOf("A1b2C3d4E5f6G7h8I9j0K1l2M3n4")))).toEqual([
      "A1b2C3d4E5f6G7h8I9j0K1l2M3n4",
    ]);
  });
});
