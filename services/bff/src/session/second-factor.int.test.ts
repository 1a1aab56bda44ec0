import { Secret } from "@opl/service";
import { fixedClock } from "@opl/testkit";
import { sql } from "kysely";
import { Secret as TotpSecret } from "otpauth";
import { describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { codeOf, halfSignedIn, personWithFactor } from "../../test/second-factor.ts";

const post = (browser: Browser, path: string, body: unknown = {}): Promise<Answer> => browser.send("POST", path, { body });

describe("a second factor", () => {
  const start = async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    const bff = await startBff({ clock });
    return { bff, clock };
  };

  it("lets nobody in by the password alone: half a sign-in has no rights at all (US-23)", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, secret } = await personWithFactor(bff, clock.now());
    const browser = await halfSignedIn(bff, email);
    expect(browser.cookie).toBeUndefined();
    expect((await browser.get("/api/me")).status).toBe(401);
    // Its cookie in place of a session's is none.
    browser.cookie = browser.ceremony?.replace("ceremony", "session");
    expect((await browser.get("/api/me")).status).toBe(401);
    browser.cookie = undefined;
    expect((await post(browser, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) })).status).toBe(200);
    expect((await browser.get("/api/me")).json()).toMatchObject({ email });
  });

  it("takes each code once, also in another session and from two at once (US-23)", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, secret } = await personWithFactor(bff, clock.now());
    const code = codeOf(secret, clock.now());
    const [one, two] = [await halfSignedIn(bff, email), await halfSignedIn(bff, email)];
    const both = await Promise.all([one, two].map((browser) => post(browser, "/api/auth/sign-in/second-factor", { code })));
    expect(both.map(({ status }) => String(status)).toSorted()).toEqual(["200", "422"]);
    const third = await halfSignedIn(bff, email);
    expect((await post(third, "/api/auth/sign-in/second-factor", { code })).json()).toMatchObject({ code: "ERR_CODE_REFUSED" });
    expect((await post(third, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now(), -1) })).status).toBe(422);
    clock.advance({ seconds: 30 });
    expect((await post(third, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) })).status).toBe(200);
  });

  it("stops guessing after five codes, also in a new half and in a new process (US-20, US-23)", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, secret } = await personWithFactor(bff, clock.now());
    const browser = await halfSignedIn(bff, email);
    const wrong = codeOf(secret, clock.now(), 100);
    for (let tries = 0; tries < 5; tries += 1) expect((await post(browser, "/api/auth/sign-in/second-factor", { code: wrong })).status).toBe(422);
    const right = { code: codeOf(secret, clock.now()) };
    expect((await post(browser, "/api/auth/sign-in/second-factor", right)).status).toBe(429);
    const again = await halfSignedIn(bff, email);
    expect((await post(again, "/api/auth/sign-in/second-factor", right)).status).toBe(429);
    const restarted = await bff.replica();
    const headers = { origin: again.origin, "opl-csrf": "1", "content-type": "application/json", cookie: again.ceremony ?? "" };
    const elsewhere = await fetch(new URL("/api/auth/sign-in/second-factor", restarted.address), { method: "POST", headers, body: JSON.stringify(right) });
    expect(elsewhere.status).toBe(429);
    clock.advance({ minutes: 9 });
    expect((await post(again, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) })).status).toBe(429);
  });

  it("is half done for ten minutes and in this browser only (US-23)", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, secret } = await personWithFactor(bff, clock.now());
    const browser = await halfSignedIn(bff, email);
    expect((await post(bff.browser(), "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) })).json()).toMatchObject({
      code: "ERR_STEP_EXPIRED",
    });
    clock.advance({ minutes: 11 });
    expect((await post(browser, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  });

  it("is replaced by a recovery code when the app is lost, each once", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, recoveryCodes } = await personWithFactor(bff, clock.now());
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [code = ""] = recoveryCodes;
    const browser = await halfSignedIn(bff, email);
    expect((await post(browser, "/api/auth/sign-in/second-factor", { code: ` ${code.toLowerCase().replaceAll("-", " ")}` })).status).toBe(200);
    expect((await browser.get("/api/me/security")).json()).toMatchObject({ secondFactor: true, recoveryCodesLeft: 9 });
    expect((await post(await halfSignedIn(bff, email), "/api/auth/sign-in/second-factor", { code })).json()).toMatchObject({ code: "ERR_CODE_REFUSED" });
  });

  it("is void when the session secret was changed; a recovery code lets in, and it is set up anew", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { email, secret, recoveryCodes, browser: before } = await personWithFactor(bff, clock.now());
    const { address } = await bff.replica({ OPL_SESSION_SECRET_FILE: new Secret("another-session-secret-of-enough-length") });
    const there = (): Browser => browserAt(address, before.origin);
    const old = there();
    old.cookie = before.cookie;
    expect((await old.get("/api/me")).status).toBe(401);
    const browser = there();
    expect((await post(browser, "/api/auth/sign-in/email", { email, password })).json()).toEqual({ next: "second-factor" });
    const byApp = await post(browser, "/api/auth/sign-in/second-factor", { code: codeOf(secret, clock.now()) });
    expect([byApp.status, byApp.json()]).toEqual([422, expect.objectContaining({ code: "ERR_CODE_REFUSED" })]);
    expect((await post(browser, "/api/auth/sign-in/second-factor", { code: recoveryCodes[0] })).status).toBe(200);
    expect((await browser.send("DELETE", "/api/me/second-factor")).status).toBe(204);
    const again = (await post(browser, "/api/me/second-factor")).json<{ secret: string }>();
    expect((await post(browser, "/api/me/second-factor/confirmation", { code: codeOf(again.secret, clock.now()) })).status).toBe(200);
  });

  it("counts only when a code has confirmed it, and stands until it is removed", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { browser, email } = await bff.person();
    const { secret, uri } = (await post(browser, "/api/me/second-factor")).json<{ secret: string; uri: string }>();
    expect(uri).toContain(`secret=${secret}`);
    expect((await post(browser, "/api/me/second-factor/confirmation", { code: codeOf(secret, clock.now(), 50) })).status).toBe(422);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password })).json()).toHaveProperty("psuId");
    const again = (await post(browser, "/api/me/second-factor")).json<{ secret: string }>();
    expect(again.secret).not.toBe(secret);
    expect((await post(browser, "/api/me/second-factor/confirmation", { code: codeOf(again.secret, clock.now()) })).status).toBe(200);
    expect((await post(browser, "/api/me/second-factor")).json()).toMatchObject({ status: 409, code: "ERR_SECOND_FACTOR_STANDS" });
    expect((await browser.send("DELETE", "/api/me/second-factor")).status).toBe(204);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password })).json()).toHaveProperty("psuId");
  });

  it("is asked for as well when the password confirms who is here", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { browser, secret } = await personWithFactor(bff, clock.now());
    clock.advance({ minutes: 6 });
    expect((await browser.send("DELETE", "/api/me/second-factor")).status).toBe(403);
    expect((await post(browser, "/api/auth/confirm/password", { password })).json()).toMatchObject({ code: "ERR_CODE_NEEDED" });
    expect((await browser.send("DELETE", "/api/me/second-factor")).status).toBe(403);
    expect((await post(browser, "/api/auth/confirm/password", { password, code: codeOf(secret, clock.now()) })).status).toBe(204);
    expect((await browser.send("DELETE", "/api/me/second-factor")).status).toBe(204);
  });

  it("is in the database neither as secret nor as code (G-16)", async () => {
    const { bff, clock } = await start();
    await using _ = bff;
    const { secret, recoveryCodes } = await personWithFactor(bff, clock.now());
    const { rows } = await sql<{ all: string }>`
      select string_agg(t::text, ' ') as all from (select f::text as t from second_factors f union all select r::text from recovery_codes r) as rows
    `.execute(bff.database.database.db);
    const kept = rows[0]?.all ?? "";
    expect(kept).toContain("\\x");
    for (const text of [
      secret,
      Buffer.from(TotpSecret.fromBase32(secret).bytes).toString("hex"),
      ...recoveryCodes,
      ...recoveryCodes.map((code) => Buffer.from(code).toString("hex")),
    ])
      expect(kept).not.toContain(text);
  });
});

describe("the way back with a recovery code (US-22)", () => {
  const withCodes = async (bff: Bff): Promise<Person & { codes: string[] }> => {
    const person = await bff.person();
    const { recoveryCodes } = (await post(person.browser, "/api/me/recovery-codes")).json<{ recoveryCodes: string[] }>();
    return { ...person, codes: recoveryCodes };
  };
  const fresh = "neljä vihreää koiraa";

  it("sets a new password once, ends every session, and holds no token in an address (US-22, US-24)", async () => {
    await using bff = await startBff();
    const { browser: old, email, codes } = await withCodes(bff);
    const stream = await old.stream();
    const browser = bff.browser();
    const begun = await post(browser, "/api/auth/recovery", { email, code: codes[0] });
    expect([begun.status, begun.text]).toEqual([204, ""]);
    expect(begun.headers.getSetCookie().join()).toMatch(/^__Host-opl-ceremony=[\w-]{32}; Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect(begun.headers.get("location")).toBeNull();
    expect((await browser.get("/api/me")).status).toBe(401);
    expect((await post(browser, "/api/auth/recovery/password", { password: "short" })).json()).toMatchObject({ code: "ERR_PASSWORD_TOO_WEAK" });
    const { ceremony } = browser;
    expect((await post(browser, "/api/auth/recovery/password", { password: fresh })).status).toBe(204);
    browser.ceremony = ceremony;
    expect((await post(browser, "/api/auth/recovery/password", { password: "viisi mustaa kissaa" })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    expect((await old.get("/api/me")).status).toBe(401);
    await expect.poll(() => stream.events.some(({ event }) => event === "signed-out")).toBe(true);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password })).status).toBe(401);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password: fresh })).status).toBe(200);
    expect((await post(bff.browser(), "/api/auth/recovery", { email, code: codes[0] })).json()).toMatchObject({ code: "ERR_RECOVERY_REFUSED" });
  });

  it("is over after fifteen minutes and belongs to the browser that began (US-22)", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using bff = await startBff({ clock });
    const { email, codes } = await withCodes(bff);
    const browser = bff.browser();
    await post(browser, "/api/auth/recovery", { email, code: codes[0] });
    expect((await post(bff.browser(), "/api/auth/recovery/password", { password: fresh })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    clock.advance({ minutes: 15 });
    expect((await post(browser, "/api/auth/recovery/password", { password: fresh })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  });

  it("answers an unknown address like a wrong code, and another's code like none (US-21)", async () => {
    await using bff = await startBff();
    const [aino, other] = [await withCodes(bff), await withCodes(bff)];
    const tries = [
      await post(bff.browser(), "/api/auth/recovery", { email: "nobody@example.fi", code: aino.codes[0] }),
      await post(bff.browser(), "/api/auth/recovery", { email: aino.email, code: "AAAA-AAAA-AAAA-AAAA" }),
      await post(bff.browser(), "/api/auth/recovery", { email: aino.email, code: other.codes[0] }),
    ];
    const shown = tries.map(({ status, text, headers }) => [status, text.replace(/"requestId":"[^"]+"/, ""), [...headers.keys()].toSorted()]);
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]).toEqual(shown[2]);
    expect(tries[0]?.json()).toMatchObject({ status: 422, code: "ERR_RECOVERY_REFUSED" });
    expect((await post(bff.browser(), "/api/auth/recovery", { email: other.email, code: other.codes[0] })).status).toBe(204);
  });

  it("is limited per account and per place (US-20)", async () => {
    await using bff = await startBff();
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1)
      statuses.push((await post(bff.browser(), "/api/auth/recovery", { email: `n${n}@example.fi`, code: "AAAA-AAAA-AAAA-AAAA" })).status);
    expect([statuses.slice(0, 20).every((status) => status === 422), statuses.at(-1)]).toEqual([true, 429]);
  });
});

describe("a new password", () => {
  it("ends every other session at once, its streams at the next look, and keeps this one (US-24)", async () => {
    await using bff = await startBff();
    const { browser, email } = await bff.person();
    const other = bff.browser();
    await post(other, "/api/auth/sign-in/email", { email, password });
    const stream = await other.stream();
    expect((await post(browser, "/api/me/password", { password: "aaaaaaaaaaaaaaa" })).json()).toMatchObject({ code: "ERR_PASSWORD_TOO_WEAK" });
    expect((await other.get("/api/me")).status).toBe(200);
    expect((await post(browser, "/api/me/password", { password: "kuusi keltaista lintua" })).status).toBe(204);
    expect((await other.get("/api/me")).status).toBe(401);
    await expect.poll(() => stream.events.some(({ event }) => event === "signed-out")).toBe(true);
    expect((await browser.get("/api/me")).status).toBe(200);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password })).status).toBe(401);
    expect((await post(bff.browser(), "/api/auth/sign-in/email", { email, password: "kuusi keltaista lintua" })).status).toBe(200);
  });
});
