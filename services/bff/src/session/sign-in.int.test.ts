import { sql } from "kysely";
import { fixedClock } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { password, publicOrigin, startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { hashPassword, verifyPassword } from "./password.ts";

vi.mock("./password.ts", { spy: true });

describe("signing up, in and out", () => {
  let statements = 0;
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff({ onStatement: () => (statements += 1) });
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  const signIn = (browser: Browser, email: string, secret = password): Promise<Answer> =>
    browser.send("POST", "/api/auth/sign-in/email", { body: { email, password: secret } });
  const signUp = (browser: Browser, email: string, secret = password, name = "Aino"): Promise<Answer> =>
    browser.send("POST", "/api/auth/sign-up/email", { body: { name, email, password: secret } });

  it("sets one cookie that only our own pages can send and no script can read", async () => {
    const { email } = await bff.person();
    const answer = await signIn(bff.browser(), email);
    const [cookie, ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie?.split("; ").slice(1).toSorted()).toEqual(["HttpOnly", "Max-Age=3600", "Path=/", "SameSite=Strict", "Secure"]);
    expect(cookie).toMatch(/^__Host-opl-session=[A-Za-z0-9]{32}\.[A-Za-z0-9%]+;/);
    const token = /=([A-Za-z0-9]{32})\./.exec(cookie ?? "")?.[1] ?? "none";
    expect(answer.text).not.toContain(token);
    expect(Object.keys(answer.json()).toSorted()).toEqual(["email", "name", "psuId"]);
  });

  it("keeps neither token nor password in the database (G-16)", async () => {
    const { browser } = await bff.person();
    const token = /=([A-Za-z0-9]{32})\./.exec(browser.cookie ?? "")?.[1] ?? "none";
    const { rows } = await sql<{ all: string }>`
      select string_agg(t::text, ' ') as all from (select s::text as t from sessions s union all select c::text from credentials c union all select a::text from attempts a) as rows
    `.execute(bff.database.database.db);
    expect(rows[0]?.all).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(rows[0]?.all).not.toContain(token);
    expect(rows[0]?.all).not.toContain(password);
  });

  it("begins a new session at each sign-in and ends the one the browser came with (US-04)", async () => {
    const aino = await bff.person();
    const before = aino.browser.cookie;
    await signIn(aino.browser, aino.email);
    expect(aino.browser.cookie).not.toBe(before);
    expect((await aino.browser.get("/api/me")).status).toBe(200);
    const old = bff.browser();
    old.cookie = before;
    expect((await old.get("/api/me")).status).toBe(401);
  });

  it("does not take over a session id that an attacker planted (US-04)", async () => {
    const victim = await bff.person();
    const attacker = await bff.person();
    const planted = attacker.browser.cookie;
    victim.browser.cookie = planted;
    await signIn(victim.browser, victim.email);
    expect(victim.browser.cookie).not.toBe(planted);
    expect((await attacker.browser.get("/api/me")).status).toBe(401);
    expect((await victim.browser.get("/api/me")).json()).toMatchObject({ email: victim.email });
  });

  it("leaves no way back after signing out (US-24, US-28)", async () => {
    const { browser } = await bff.person();
    const { cookie } = browser;
    const answer = await browser.send("POST", "/api/auth/sign-out", { body: {} });
    expect(answer.headers.get("clear-site-data")).toBe('"cache"');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-opl-session=; Max-Age=0;/)]);
    browser.cookie = cookie;
    expect((await browser.get("/api/me")).status).toBe(401);
    expect((await browser.send("POST", "/api/auth/sign-out", { body: {} })).status).toBe(204);
  });

  it("answers a taken address like a new one and changes nothing (US-21)", async () => {
    const { email } = await bff.person();
    const [fresh, taken, shouted] = [
      await signUp(bff.browser(), "new@example.fi"),
      await signUp(bff.browser(), email, "another long password"),
      await signUp(bff.browser(), email.toUpperCase(), "another long password"),
    ];
    for (const answer of [fresh, taken, shouted]) {
      expect([answer.status, answer.text]).toEqual([200, '{"accepted":true}']);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect((await signIn(bff.browser(), email, "another long password")).status).toBe(401);
    expect((await signIn(bff.browser(), email)).status).toBe(200);
  });

  it("makes one person out of two who sign up at once with one address (US-35)", async () => {
    const email = "twice@example.fi";
    const answers = await Promise.all([1, 2, 3, 4].map((n) => signUp(bff.browser(), email, `${password} ${n}`)));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, '{"accepted":true}']));
    const signedIn = await Promise.all([1, 2, 3, 4].map((n) => signIn(bff.browser(), email, `${password} ${n}`)));
    expect(signedIn.map(({ status }) => String(status)).toSorted()).toEqual(["200", "401", "401", "401"]);
  });

  it("gives one answer to a wrong password and to an unknown address (US-21)", async () => {
    const { email } = await bff.person();
    const answers = [
      await signIn(bff.browser(), email, "not the password"),
      await signIn(bff.browser(), "nobody@example.fi", "not the password"),
      await signIn(bff.browser(), "not an address", "not the password"),
      await signIn(bff.browser(), email, "x".repeat(900)),
    ];
    const shown = answers.map(({ status, headers, text }) => ({
      status,
      text: text.replace(/"requestId":"[^"]+"/, ""),
      headers: [...headers.keys()].toSorted(),
    }));
    expect(shown.every((answer) => JSON.stringify(answer) === JSON.stringify(shown[0]))).toBe(true);
    expect(shown[0]).toMatchObject({ status: 401 });
    expect(answers[0]?.json()).toMatchObject({ code: "ERR_CREDENTIALS_REFUSED" });
  });

  describe("works as much for an unknown address as for a known one, so that the time tells nothing (US-21):", () => {
    const ways = {
      "signing in": (email: string) => signIn(bff.browser(), email, "not the password"),
      "the way back": (email: string) => bff.browser().send("POST", "/api/auth/recovery", { body: { email, code: "AAAA-AAAA-AAAA-AAAA" } }),
      "signing up": (email: string) => signUp(bff.browser(), email, "another long password"),
    };
    /** Passwords hashed, and statements to the database, of which others run beside: the least of some tries. */
    const workOf = async (way: keyof typeof ways, emailOf: (n: number) => string) => {
      const work: { hashes: number; statements: number }[] = [];
      for (let n = 0; n < 3; n += 1) {
        const hashes = (): number => vi.mocked(hashPassword).mock.calls.length + vi.mocked(verifyPassword).mock.calls.length;
        const before = { hashes: hashes(), statements };
        await ways[way](emailOf(n));
        work.push({ hashes: hashes() - before.hashes, statements: statements - before.statements });
      }
      return { hashes: work.map(({ hashes }) => hashes), statements: Math.min(...work.map((one) => one.statements)) };
    };

    it.each([
      ["signing in", 1],
      ["the way back", 0],
      ["signing up", 1],
    ] as const)("%s", async (way, hashes) => {
      const { email } = await bff.person();
      const known = await workOf(way, () => email);
      expect(known).toEqual(await workOf(way, (n) => `${way.replaceAll(" ", "-")}-${n}@example.fi`));
      expect(known.hashes).toEqual([hashes, hashes, hashes]);
    });
  });

  it.each([
    ["lyhyt", "Use at least 12 characters"],
    ["aaaaaaaaaaaaaa", "Use more different characters"],
    ["kaisa@example.fi", "Do not use your name or your e-mail address"],
    ["x".repeat(100) + "abcdefghijklmnopqrstuvwxyz0123456789", "Use at most 128 characters"],
  ])("says what is wrong with the password %j", async (secret, message) => {
    const answer = await signUp(bff.browser(), "kaisa@example.fi", secret);
    expect([answer.status, answer.json()]).toEqual([400, expect.objectContaining({ code: "ERR_PASSWORD_TOO_WEAK", detail: expect.stringContaining(message) })]);
  });

  it("takes a password typed with combining characters for the same", async () => {
    const email = "nfc@example.fi";
    await signUp(bff.browser(), email, "yönmyöhä äiti ja isä".normalize("NFD"));
    expect((await signIn(bff.browser(), email, "yönmyöhä äiti ja isä".normalize("NFC"))).status).toBe(200);
  });

  it("lets nobody name themselves with nothing or an address that is none", async () => {
    expect((await signUp(bff.browser(), "a@example.fi", password, "   ")).status).toBe(400);
    expect((await signUp(bff.browser(), "no address")).status).toBe(400);
    expect((await signUp(bff.browser(), `${"a".repeat(250)}@example.fi`)).status).toBe(400);
  });
});

describe("limits of guessing", () => {
  it("stops guessing one account, and goes on stopping it in a new process (US-20)", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using bff = await startBff({ clock });
    const { email } = await bff.person();
    const guess = (browser: Browser, secret = "not the password"): Promise<Answer> =>
      browser.send("POST", "/api/auth/sign-in/email", { body: { email, password: secret } });
    for (let tries = 0; tries < 10; tries += 1) expect((await guess(bff.browser())).status).toBe(401);
    const stopped = await guess(bff.browser(), password);
    expect([stopped.status, stopped.json()]).toEqual([429, expect.objectContaining({ code: "ERR_TOO_MANY_ATTEMPTS" })]);
    expect(stopped.headers.get("retry-after")).toBe("900");
    const restarted = await bff.replica();
    expect((await guess(browserAt(restarted.address, publicOrigin), password)).status).toBe(429);
    clock.advance({ minutes: 15 });
    expect((await guess(bff.browser(), password)).status).toBe(200);
    expect((await guess(bff.browser())).status).toBe(401);
  });

  it("limits an unknown address like a known one (US-20, US-21)", async () => {
    await using bff = await startBff();
    const guess = (): Promise<Answer> =>
      bff.browser().send("POST", "/api/auth/sign-in/email", { body: { email: "nobody@example.fi", password: "not the password" } });
    for (let tries = 0; tries < 10; tries += 1) expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
  });

  it("stops trying many accounts from one place, also when tried at once (US-20)", async () => {
    await using bff = await startBff();
    const answers: Answer[] = [];
    for (let round = 0; round < 4; round += 1) {
      const guesses = Array.from({ length: 30 }, (_, n) =>
        bff.browser().send("POST", "/api/auth/sign-in/email", { body: { email: `p${round}-${n}@example.fi`, password: "Summer 2026 summer" } }),
      );
      answers.push(...(await Promise.all(guesses)));
    }
    const counts = Map.groupBy(answers, ({ status }) => status);
    expect([counts.get(401)?.length, counts.get(429)?.length]).toEqual([100, 20]);
  });

  it("limits signing up from one place (US-20)", async () => {
    await using bff = await startBff({ config: { OPL_SIGN_UPS_PER_HOUR: 3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1)
      statuses.push((await bff.browser().send("POST", "/api/auth/sign-up/email", { body: { name: "n", email: `n${n}@example.fi`, password } })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it("answers 429 to more requests than anybody needs (US-31)", async () => {
    await using bff = await startBff({ config: { OPL_REQUESTS_PER_MINUTE: 60 } });
    const statuses = await Promise.all(Array.from({ length: 70 }, async () => (await bff.browser().get("/api/me")).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe("the life of a session", () => {
  it("ends when nobody uses it, and at the latest after its longest life", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using bff = await startBff({ clock, config: { OPL_SESSION_LONGEST_HOURS: 12 } });
    const { browser, psuId } = await bff.person();
    const { db } = bff.database.database;
    clock.advance({ hours: 11 });
    expect((await browser.get("/api/me")).status).toBe(200);
    clock.advance({ hours: 2 });
    expect((await browser.get("/api/me")).status).toBe(401);
    expect(await db.selectFrom("sessions").selectAll().where("userId", "=", psuId).execute()).toEqual([]);
    const idle = await bff.person();
    await db
      .updateTable("sessions")
      .set({ expiresAt: Temporal.Now.instant().subtract({ seconds: 1 }) })
      .where("userId", "=", idle.psuId)
      .execute();
    expect((await idle.browser.get("/api/me")).status).toBe(401);
  });

  it("lives on while it is used and renews the cookie with it", async () => {
    await using bff = await startBff();
    const { browser, psuId } = await bff.person();
    expect((await browser.get("/api/me")).headers.getSetCookie()).toEqual([]);
    const { db } = bff.database.database;
    await db
      .updateTable("sessions")
      .set({ expiresAt: Temporal.Now.instant().add({ minutes: 30 }) })
      .where("userId", "=", psuId)
      .execute();
    const renewed = await browser.get("/api/overview");
    expect(renewed.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-opl-session=.+Max-Age=3600/)]);
    const { expiresAt } = await db.selectFrom("sessions").select("expiresAt").where("userId", "=", psuId).executeTakeFirstOrThrow();
    expect(Temporal.Instant.compare(expiresAt, Temporal.Now.instant().add({ minutes: 55 }))).toBe(1);
    expect((await browser.get("/api/me")).status).toBe(200);
  });

  it("prunes what has had its time and nothing else", async () => {
    await using bff = await startBff();
    const [gone, kept] = [await bff.person(), await bff.person()];
    const { db } = bff.database.database;
    await db.updateTable("sessions").set({ expiresAt: "2026-01-01T00:00:00Z" }).where("userId", "=", gone.psuId).execute();
    const { prune } = await import("../usecases/prune.ts");
    await prune(bff.app.context);
    expect((await db.selectFrom("sessions").select("userId").execute()).map(({ userId }) => userId)).toEqual([kept.psuId]);
  });
});
