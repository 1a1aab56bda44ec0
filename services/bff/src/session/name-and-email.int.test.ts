import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import type { Answer, Browser } from "../../test/browser.ts";

const signIn = (browser: Browser, email: string): Promise<Answer> => browser.send("POST", "/api/auth/sign-in/email", { body: { email, password } });
const rename = (browser: Browser, body: object): Promise<Answer> => browser.send("PATCH", "/api/me", { body });
const changeEmail = (browser: Browser, email: string, more: object = {}): Promise<Answer> =>
  browser.send("POST", "/api/me/email", { body: { email, ...more } });

describe("what a person is called", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  it("is theirs to change, and is the same in every session at once", async () => {
    const { browser, email } = await bff.person("Aino");
    const elsewhere = bff.browser();
    await signIn(elsewhere, email);
    expect((await rename(browser, { name: "  Aino Järvinen " })).status).toBe(204);
    for (const one of [browser, elsewhere]) expect((await one.get("/api/me")).json()).toMatchObject({ name: "Aino Järvinen", email });
  });

  it("is a name, and nothing else of the person comes with it (US-11)", async () => {
    const { browser, email } = await bff.person("Aino");
    for (const body of [{ name: "   " }, { name: "x".repeat(201) }, { name: "Eva", email: "eva@example.fi" }, { name: "Eva", role: "operator" }, {}])
      expect((await rename(browser, body)).status).toBe(400);
    expect((await browser.get("/api/me")).json()).toMatchObject({ name: "Aino", email, role: "person" });
  });
});

describe("the address a person signs in with", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  it("is another one from then on, however it is typed; the old one lets nobody in, and is free (US-24)", async () => {
    const { browser, email, psuId } = await bff.person();
    const elsewhere = bff.browser();
    await signIn(elsewhere, email);
    const stream = await elsewhere.stream();
    expect((await changeEmail(browser, "Aino.Uusi@Example.fi")).json()).toEqual({ accepted: true });
    expect((await browser.get("/api/me")).json()).toMatchObject({ psuId, email: "aino.uusi@example.fi" });
    expect((await elsewhere.get("/api/me")).status).toBe(401);
    await expect.poll(() => stream.events.some(({ event }) => event === "signed-out")).toBe(true);
    expect((await signIn(bff.browser(), email)).json()).toMatchObject({ status: 401, code: "ERR_CREDENTIALS_REFUSED" });
    expect((await signIn(bff.browser(), "AINO.UUSI@example.fi")).json()).toMatchObject({ psuId });
    await bff.browser().send("POST", "/api/auth/sign-up/email", { body: { name: "Next", email, password } });
    expect((await signIn(bff.browser(), email)).json<{ psuId: string }>().psuId).not.toBe(psuId);
  });

  it("is where the way back leads from then on", async () => {
    const { browser, email } = await bff.person();
    const [code] = (await browser.send("POST", "/api/me/recovery-codes", { body: {} })).json<{ recoveryCodes: string[] }>().recoveryCodes;
    await changeEmail(browser, "back@example.fi");
    const recover = (address: string): Promise<Answer> => bff.browser().send("POST", "/api/auth/recovery", { body: { email: address, code } });
    expect((await recover(email)).json()).toMatchObject({ code: "ERR_RECOVERY_REFUSED" });
    expect((await recover("back@example.fi")).status).toBe(204);
  });

  it("is answered alike when it is taken, and then nothing has changed for either (US-21)", async () => {
    const [owner, { browser, email, psuId }] = [await bff.person(), await bff.person()];
    const elsewhere = bff.browser();
    await signIn(elsewhere, email);
    const shown = ({ status, text, headers }: Answer) => [status, text, [...headers.keys()].toSorted()];
    const taken = [await changeEmail(browser, owner.email), await changeEmail(browser, owner.email.toUpperCase())];
    expect((await browser.get("/api/me")).json()).toMatchObject({ email });
    expect((await elsewhere.get("/api/me")).status).toBe(200);
    expect((await signIn(bff.browser(), email)).json()).toMatchObject({ psuId });
    expect((await signIn(bff.browser(), owner.email)).json()).toMatchObject({ psuId: owner.psuId });
    const free = await changeEmail(browser, "free@example.fi");
    expect(taken.map(shown)).toEqual([shown(free), shown(free)]);
  });

  it("is answered alike as well for who comes second by a moment (US-21, US-35)", async () => {
    const [first, second] = [await bff.person(), await bff.person()];
    const { db } = bff.database.database;
    const waitingFor = async (pid: number): Promise<number> =>
      (await sql`select from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid))`.execute(db)).rows.length;
    const { asked } = await db.transaction().execute(async (tx) => {
      await tx.updateTable("people").set({ email: "moment@example.fi" }).where("id", "=", first.psuId).execute();
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      const answering = changeEmail(second.browser, "moment@example.fi");
      await expect.poll(() => waitingFor(rows[0]?.pid ?? 0)).toBe(1);
      return { asked: answering };
    });
    expect((await asked).json()).toEqual({ accepted: true });
    expect((await second.browser.get("/api/me")).json()).toMatchObject({ email: second.email });
    expect((await first.browser.get("/api/me")).json()).toMatchObject({ email: "moment@example.fi" });
  });

  it("is an address, and nothing else of the person comes with it (US-11)", async () => {
    const { browser, email } = await bff.person();
    expect((await changeEmail(browser, "no address")).status).toBe(400);
    expect((await changeEmail(browser, `${"a".repeat(250)}@example.fi`)).status).toBe(400);
    expect((await changeEmail(browser, "verified@example.fi", { emailVerified: true })).status).toBe(400);
    expect((await browser.get("/api/me")).json()).toMatchObject({ email });
  });

  it("may stay what it is, and then nobody is signed out", async () => {
    const { browser, email } = await bff.person();
    const elsewhere = bff.browser();
    await signIn(elsewhere, email);
    expect((await changeEmail(browser, email.toUpperCase())).json()).toEqual({ accepted: true });
    for (const one of [browser, elsewhere]) expect((await one.get("/api/me")).json()).toMatchObject({ email });
  });
});

describe("asking for one address after the other", () => {
  it("counts as signing up does, so that it tells no more than that (US-20, US-21)", async () => {
    await using bff = await startBff({ config: { OPL_SIGN_UPS_PER_HOUR: 3 } });
    const { browser, email } = await bff.person();
    const statuses: number[] = [];
    for (const n of [1, 2, 3]) statuses.push((await changeEmail(browser, `n${n}@example.fi`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await bff.browser().send("POST", "/api/auth/sign-up/email", { body: { name: "n", email, password } })).status).toBe(429);
  });

  it("is limited for one person, wherever they ask (US-20)", async () => {
    await using bff = await startBff();
    const [{ browser }, other] = [await bff.person(), await bff.person()];
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await changeEmail(browser, `n${n}@example.fi`)).status);
    expect([statuses.slice(0, 10).every((status) => status === 200), statuses.at(-1)]).toEqual([true, 429]);
    expect((await changeEmail(other.browser, "other@example.fi")).status).toBe(200);
  });
});
