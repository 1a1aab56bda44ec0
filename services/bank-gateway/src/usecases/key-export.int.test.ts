import { randomUUID } from "node:crypto";
import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import { readPkcs12 } from "@opl/eidas";
import { createClient } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type * as Telemetry from "@opl/telemetry";
import { eventually, fixedClock } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { expireKeyExports } from "./expire-key-exports.ts";

const counted = vi.hoisted((): string[] => []);
vi.mock("@opl/telemetry", async (original) => {
  const telemetry = await original<typeof Telemetry>();
  const steps = { add: (_by: number, { step }: { step: string }) => void counted.push(step) };
  return { ...telemetry, counter: (name: string, text: string) => (name === "opl_key_export_steps_total" ? steps : telemetry.counter(name, text)) };
});

const passphrase = "correct horse: battery";
const reason = "moving to another machine";
const clock = fixedClock(Temporal.Now.instant().toString());
const lines: string[] = [];
let sandbox: Sandbox;
let gateway: TestGateway;
let registrationId: string;
let kid: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  const logger = createLogger({ name: "bank-gateway", level: "trace", destination: { write: (line) => void lines.push(line) } });
  gateway = await startGateway(sandbox, { logger, clock });
  const registered = await register(gateway);
  registrationId = registered.registrationId;
  kid = registered.certificates.certificates.find(({ purpose }) => purpose === "qwac")?.kid ?? "";
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const as = (person: "alice" | "bob" | "carol") =>
  createClient(bankGatewayRoutes, { baseUrl: gateway.app.address, audience: "bank-gateway", tokens: gateway.tokens.operator(person) });
const db = () => gateway.database.database.db;
const ask = async (change: { registrationId?: string; kid?: string } = {}) => {
  const { exportId } = await as("alice").requestKeyExport({ body: { registrationId, kid, reason, ...change } });
  return { params: { exportId } };
};
const asked = async () => {
  const step = await ask();
  await as("bob").approveKeyExport(step);
  return { ...step, body: { passphrase } };
};
const auditOf = async (exportId: string) =>
  (await db().selectFrom("keyAudit").select(["step", "operator", "detail"]).where("exportId", "=", exportId).orderBy("position").execute()).map(
    ({ step, operator, detail }) => [step, operator, detail] as const,
  );

describe("a private key leaves the gateway by two operators", () => {
  it("TM-21 asked, approved by another, collected: the key of the certificate, under the passphrase, with a row and a fact for each step", async () => {
    const step = await ask();
    expect(await as("bob").getKeyExport(step)).toMatchObject({ status: "requested", requestedBy: "alice", approvedBy: null, kid, reason });
    expect(await as("bob").approveKeyExport(step)).toMatchObject({ status: "approved", approvedBy: "bob" });
    const collected = await as("alice").collectKeyExport({ ...step, body: { passphrase } });
    const { privateKey, chainPem } = readPkcs12(Buffer.from(collected.pkcs12, "base64"), passphrase);
    const [held] = (await gateway.app.context.banks.keysOf(registrationId)).filter((key) => key.kid === kid);
    expect(privateKey.export({ format: "jwk" })).toMatchObject({ d: held?.jwk.d });
    expect(chainPem).toEqual(held?.chainPem);
    expect(collected).toMatchObject({ kid, thumbprint: held?.certificate.thumbprint });
    const { exportId } = step.params;
    expect(await auditOf(exportId)).toEqual([
      ["requested", "alice", reason],
      ["approved", "bob", ""],
      ["collected", "alice", ""],
    ]);
    expect(counted).toEqual(["requested", "approved", "collected"]);
    const facts = await eventually(async () => {
      const rows = await db().selectFrom("outbox").select("data").where("aggregateId", "=", exportId).where("publishedAt", "is not", null).execute();
      return rows.length === 3 && rows.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    });
    expect(facts.map(({ step, operator }) => [step, operator])).toEqual([
      ["requested", "alice"],
      ["approved", "bob"],
      ["collected", "alice"],
    ]);
    const last = facts.at(-1) as { auditPosition: number; auditHash: string };
    expect(await as("carol").verifyKeyAudit({ query: { position: last.auditPosition, hash: last.auditHash } })).toMatchObject({ broken: null });
  });

  it("nobody does both steps: not as the one who asked, not as the one who approved", async () => {
    const step = await ask();
    await expect(as("alice").approveKeyExport(step)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_OPERATOR", kind: "forbidden" });
    await expect(as("alice").collectKeyExport({ ...step, body: { passphrase } })).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_STATE" });
    await as("bob").approveKeyExport(step);
    for (const other of ["bob", "carol"] as const)
      await expect(as(other).collectKeyExport({ ...step, body: { passphrase } })).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_OPERATOR" });
    await expect(as("carol").approveKeyExport(step)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_STATE" });
    expect(await auditOf(step.params.exportId)).toEqual([
      ["requested", "alice", reason],
      ["attempt-refused", "alice", "approve: operator"],
      ["attempt-refused", "alice", "collect: state"],
      ["approved", "bob", ""],
      ["attempt-refused", "bob", "collect: operator"],
      ["attempt-refused", "carol", "collect: operator"],
      ["attempt-refused", "carol", "approve: state"],
    ]);
  });

  it("collected by twenty at once: one gets it, nobody later", async () => {
    const step = await asked();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => as("alice").collectKeyExport(step)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "ERR_KEY_EXPORT_STATE", kind: "conflict" });
    await expect(as("alice").collectKeyExport(step)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_STATE" });
    const audit = await auditOf(step.params.exportId);
    expect(audit.filter(([what]) => what === "collected")).toHaveLength(1);
    expect(audit.filter(([what]) => what === "attempt-refused")).toHaveLength(20);
  });

  it("ends after a quarter of an hour, whether somebody comes or nobody does", async () => {
    const [late, later, forgotten] = [await asked(), await ask(), await ask()];
    clock.advance({ minutes: 14, seconds: 59 });
    expect((await as("alice").getKeyExport(late)).status).toBe("approved");
    clock.advance({ seconds: 1 });
    await expect(as("alice").collectKeyExport(late)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_EXPIRED" });
    await expect(as("bob").approveKeyExport(later)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_EXPIRED" });
    await expireKeyExports(gateway.app.context);
    await expireKeyExports(gateway.app.context);
    expect((await as("alice").getKeyExport(forgotten)).status).toBe("expired");
    expect((await auditOf(late.params.exportId)).slice(2)).toEqual([
      ["expired", null, ""],
      ["attempt-refused", "alice", "collect: expired"],
    ]);
    expect(await auditOf(forgotten.params.exportId)).toEqual([
      ["requested", "alice", reason],
      ["expired", null, ""],
    ]);
  });

  it("refused or withdrawn, it cannot be collected", async () => {
    for (const who of ["alice", "bob"] as const) {
      const { params, body } = await asked();
      expect((await as(who).refuseKeyExport({ params })).status).toBe("refused");
      await expect(as("alice").collectKeyExport({ params, body })).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_STATE" });
    }
  });

  it("a registration, a key or an export that does not exist is refused and written down", async () => {
    const before = await db().selectFrom("keyAudit").select("position").orderBy("position", "desc").limit(1).executeTakeFirst();
    await expect(ask({ registrationId: randomUUID() })).rejects.toMatchObject({ code: "ERR_KEY_NOT_FOUND", kind: "not-found" });
    await expect(ask({ kid: "another" })).rejects.toMatchObject({ code: "ERR_KEY_NOT_FOUND" });
    const unknown = { params: { exportId: randomUUID() } };
    await expect(as("bob").approveKeyExport(unknown)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_NOT_FOUND" });
    await expect(as("bob").getKeyExport(unknown)).rejects.toMatchObject({ code: "ERR_KEY_EXPORT_NOT_FOUND" });
    const added = await db()
      .selectFrom("keyAudit")
      .select(["step", "detail"])
      .where("position", ">", before?.position ?? 0n)
      .orderBy("position")
      .execute();
    expect(added).toEqual(["request: no such key", "request: no such key", "approve: unknown"].map((detail) => ({ step: "attempt-refused", detail })));
  });

  it("is for operators by name: no service, not the key they share, no weak passphrase", async () => {
    await expect(gateway.as.bff.requestKeyExport({ body: { registrationId, kid, reason } })).rejects.toMatchObject({ code: "ERR_CALLER_FORBIDDEN" });
    const shared = createClient(bankGatewayRoutes, { baseUrl: gateway.app.address, audience: "bank-gateway", tokens: gateway.tokens.for("operator") });
    await expect(shared.requestKeyExport({ body: { registrationId, kid, reason } })).rejects.toMatchObject({ code: "ERR_OPERATOR_UNNAMED" });
    await expect(shared.listAspsps()).resolves.toBeDefined();
    const step = await asked();
    await expect(as("alice").collectKeyExport({ ...step, body: { passphrase: "eleven char" } })).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
    await expect(as("alice").collectKeyExport(step)).resolves.toMatchObject({ kid });
  });

  it("TM-04 neither passphrase nor key is in a table or a log line", async () => {
    const [held] = (await gateway.app.context.banks.keysOf(registrationId)).filter((key) => key.kid === kid);
    const d = Buffer.from(String(held?.jwk.d), "base64url");
    const { rows: tables } = await sql<{ tableName: string }>`select table_name from information_schema.tables where table_schema = current_schema()`.execute(
      db(),
    );
    const dumped = await Promise.all(
      tables.map(async ({ tableName }) => {
        const { rows } = await sql<{ line: string }>`select t::text as line from ${sql.table(tableName)} t`.execute(db());
        return rows.map(({ line }) => line).join("\n");
      }),
    );
    const everything = [...dumped, ...lines].join("\n");
    expect(everything).toContain(reason);
    expect(lines.some((line) => line.includes("/key-exports/:exportId/collection"))).toBe(true);
    for (const secret of [Buffer.from(passphrase), d])
      for (const form of ["utf8", "hex", "base64", "base64url"] as const) expect(everything.includes(secret.toString(form)), form).toBe(false);
  });
});

describe("TM-21 the audit", () => {
  const verdict = (query: { position?: number; hash?: string } = {}) => as("carol").verifyKeyAudit({ query });
  /** As somebody with all rights over the database would. */
  const tamper = async (change: ReturnType<typeof sql>) => {
    await sql`alter table key_audit disable trigger user`.execute(db());
    await sql`grant update, delete on key_audit to current_user`.execute(db());
    await change.execute(db());
    await sql`revoke update, delete on key_audit from current_user`.execute(db());
    await sql`alter table key_audit enable trigger user`.execute(db());
  };

  it("is only added to, by right and by trigger", async () => {
    await expect(sql`update key_audit set operator = 'mallory'`.execute(db())).rejects.toThrow();
    await expect(sql`delete from key_audit`.execute(db())).rejects.toThrow();
    await expect(sql`truncate key_audit`.execute(db())).rejects.toThrow();
    await sql`grant update, delete, truncate on key_audit to current_user`.execute(db());
    await expect(sql`update key_audit set operator = 'mallory'`.execute(db())).rejects.toThrow(/only added to/);
    await expect(sql`truncate key_audit`.execute(db())).rejects.toThrow(/only added to/);
    await sql`revoke update, delete, truncate on key_audit from current_user`.execute(db());
    expect((await verdict()).broken).toBeNull();
  });

  it("steps of many operators at once make one chain without a fork", async () => {
    await Promise.all(Array.from({ length: 12 }, () => ask()));
    const { rows, head, broken } = await verdict();
    expect(broken).toBeNull();
    expect(head?.position).toBe(rows);
  });

  it.each([
    ["who did it", sql`update key_audit set operator = 'mallory' where position = 3`, sql`update key_audit set operator = 'alice' where position = 3`],
    ["when", sql`update key_audit set at = at + interval '1 ms' where position = 3`, sql`update key_audit set at = at - interval '1 ms' where position = 3`],
  ])("names the row where %s was altered", async (_what, change, back) => {
    await tamper(change);
    expect(await verdict()).toMatchObject({ rows: 2, broken: { position: 3, why: "changed" } });
    await tamper(back);
    expect((await verdict()).broken).toBeNull();
  });

  it("names a row that was taken out, and with what a fact carried out, rows cut off the end", async () => {
    const { rows, head } = await verdict();
    if (head === null) throw new Error("an audit without rows");
    expect((await verdict(head)).broken).toBeNull();
    expect((await verdict({ position: head.position, hash: "0".repeat(64) })).broken).toEqual({ position: rows, why: "not-as-anchored" });
    await tamper(sql`delete from key_audit where position = ${rows}`);
    expect((await verdict()).broken).toBeNull();
    expect((await verdict(head)).broken).toEqual({ position: rows, why: "missing" });
    await tamper(sql`delete from key_audit where position = 5`);
    expect((await verdict()).broken).toEqual({ position: 5, why: "missing" });
  });
});
