import { fixedClock } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticatorAt } from "../../test/authenticator.ts";
import type { Authenticator } from "../../test/authenticator.ts";
import { publicOrigin, signedInLongAgo, startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import type { Answer, Browser } from "../../test/browser.ts";

type Question = Parameters<Authenticator["make"]>[0];

const ask = async (browser: Browser, path: string, body?: unknown): Promise<Question> => {
  const answer = await browser.send("POST", path, body === undefined ? {} : { body });
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json<{ options: Question }>().options;
};
const post = (browser: Browser, path: string, body: unknown = {}): Promise<Answer> => browser.send("POST", path, { body });

describe("passkeys", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  /** A person who signed up with a passkey and has nothing else. */
  const newcomer = async (email: string): Promise<{ browser: Browser; device: Authenticator; entered: Answer }> => {
    const browser = bff.browser();
    const device = authenticatorAt(publicOrigin);
    const question = await ask(browser, "/api/auth/passkeys/sign-up/options", { name: "Aino", email });
    const made = await post(browser, "/api/auth/passkeys/sign-up", { answer: device.make(question) });
    expect([made.status, made.text]).toEqual([200, '{"accepted":true}']);
    return { browser, device, entered: await post(browser, "/api/auth/passkeys/sign-up/enter") };
  };
  const signIn = async (browser: Browser, device: Authenticator, manner: Parameters<Authenticator["answer"]>[1] = {}): Promise<Answer> => {
    const question = await ask(browser, "/api/auth/passkeys/sign-in/options");
    return post(browser, "/api/auth/passkeys/sign-in", { answer: device.answer(question, manner) });
  };
  const addTo = async (browser: Browser, device: Authenticator, name = "Key"): Promise<Answer> =>
    post(browser, "/api/me/passkeys", { name, answer: device.make(await ask(browser, "/api/me/passkeys/options")) });

  it("are not begun for a name that no store takes (US-11)", async () => {
    const answer = await post(bff.browser(), "/api/auth/passkeys/sign-up/options", { name: "Aino\ud800", email: "half@example.fi" });
    expect([answer.status, answer.json()]).toEqual([
      400,
      expect.objectContaining({ code: "ERR_REQUEST_INVALID", errors: [{ path: "body.name", message: expect.any(String) }] }),
    ]);
  });

  it("are enough to sign up and to sign in from anywhere", async () => {
    const { browser, device, entered } = await newcomer("passkey@example.fi");
    expect([entered.status, entered.json()]).toEqual([200, expect.objectContaining({ email: "passkey@example.fi" })]);
    expect((await browser.get("/api/me")).status).toBe(200);
    expect((await browser.get("/api/me/security")).json()).toMatchObject({ password: false, passkeys: [{ name: "Passkey", lastUsedAt: null }] });
    const elsewhere = bff.browser();
    expect((await signIn(elsewhere, device)).status).toBe(200);
    expect((await elsewhere.get("/api/me")).json()).toMatchObject({ email: "passkey@example.fi" });
    expect((await elsewhere.get("/api/me/security")).json()).toMatchObject({ passkeys: [{ lastUsedAt: expect.any(String) }] });
  });

  it("answer a taken address like a new one, until somebody tries to enter (US-21)", async () => {
    const { email } = await bff.person();
    const outcomes = [await newcomer("fresh@example.fi"), await newcomer(email), await newcomer(email.toUpperCase())];
    expect(outcomes.map(({ entered }) => entered.status)).toEqual([200, 401, 401]);
    expect(outcomes[1]?.entered.json()).toMatchObject({ code: "ERR_CREDENTIALS_REFUSED" });
    expect(outcomes[1]?.browser.cookie).toBeUndefined();
  });

  it("sign the same person in who changed the address, which is free then", async () => {
    const { browser, device, entered } = await newcomer("before@example.fi");
    expect((await post(browser, "/api/me/email", { email: "after@example.fi" })).json()).toEqual({ accepted: true });
    const elsewhere = bff.browser();
    expect((await signIn(elsewhere, device)).json()).toEqual({ ...entered.json(), email: "after@example.fi" });
    expect((await newcomer("before@example.fi")).entered.status).toBe(200);
    expect((await newcomer("after@example.fi")).entered.status).toBe(401);
  });

  it("must say that the person at the device was checked, at which site, and answer this question", async () => {
    const { device } = await newcomer("strict@example.fi");
    const browser = bff.browser();
    for (const manner of [{ verified: false }, { origin: "https://ledger.example.evil" }, { origin: "https://evil.example" }]) {
      expect((await signIn(browser, device, manner)).json()).toMatchObject({ status: 422, code: "ERR_PASSKEY_REFUSED" });
    }
    const [earlier, later] = [await ask(browser, "/api/auth/passkeys/sign-in/options"), await ask(browser, "/api/auth/passkeys/sign-in/options")];
    expect((await post(browser, "/api/auth/passkeys/sign-in", { answer: device.answer(earlier) })).status).toBe(422);
    expect((await post(browser, "/api/auth/passkeys/sign-in", { answer: device.answer(later) })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    expect((await signIn(browser, authenticatorAt(publicOrigin))).json()).toMatchObject({ code: "ERR_PASSKEY_REFUSED" });
    expect(browser.cookie).toBeUndefined();
    const unverified = bff.browser();
    const question = await ask(unverified, "/api/auth/passkeys/sign-up/options", { name: "Aino", email: "unverified@example.fi" });
    expect((await post(unverified, "/api/auth/passkeys/sign-up", { answer: authenticatorAt(publicOrigin).make(question, { verified: false }) })).status).toBe(
      422,
    );
  });

  it("are answered once and in the browser that asked (US-06)", async () => {
    const { device } = await newcomer("once@example.fi");
    const browser = bff.browser();
    const question = await ask(browser, "/api/auth/passkeys/sign-in/options");
    const answer = device.answer(question);
    expect((await post(bff.browser(), "/api/auth/passkeys/sign-in", { answer })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
    const { ceremony } = browser;
    expect((await post(browser, "/api/auth/passkeys/sign-in", { answer })).status).toBe(200);
    browser.ceremony = ceremony;
    expect((await post(browser, "/api/auth/passkeys/sign-in", { answer })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  });

  it("refuse a copy of a device whose counter went back", async () => {
    const { device } = await newcomer("counter@example.fi");
    expect((await signIn(bff.browser(), device, { counter: 7 })).status).toBe(200);
    expect((await signIn(bff.browser(), device, { counter: 3 })).status).toBe(422);
  });

  it("are added, renamed and removed by their person, the last way in never", async () => {
    const { browser } = await bff.person();
    const added = await addTo(browser, authenticatorAt(publicOrigin), "Phone");
    expect(added.status).toBe(201);
    const { passkeyId } = added.json<{ passkeyId: string }>();
    expect((await browser.send("PATCH", `/api/me/passkeys/${passkeyId}`, { body: { name: " Blue key " } })).status).toBe(204);
    expect((await browser.get("/api/me/security")).json()).toMatchObject({ password: true, passkeys: [{ passkeyId, name: "Blue key" }] });
    expect((await browser.send("DELETE", "/api/me/password")).status).toBe(204);
    const last = await browser.send("DELETE", `/api/me/passkeys/${passkeyId}`);
    expect([last.status, last.json()]).toEqual([422, expect.objectContaining({ code: "ERR_LAST_WAY_IN" })]);
    await addTo(browser, authenticatorAt(publicOrigin), "Second");
    expect((await browser.send("DELETE", `/api/me/passkeys/${passkeyId}`)).status).toBe(204);
    const { browser: withPassword } = await bff.person();
    expect((await withPassword.send("DELETE", "/api/me/password")).json()).toMatchObject({ code: "ERR_LAST_WAY_IN" });
  });

  it("leave one way in when two removals race (US-35)", async () => {
    const { browser } = await bff.person();
    const { passkeyId } = (await addTo(browser, authenticatorAt(publicOrigin))).json<{ passkeyId: string }>();
    const both = await Promise.all([browser.send("DELETE", "/api/me/password"), browser.send("DELETE", `/api/me/passkeys/${passkeyId}`)]);
    expect(both.map(({ status }) => String(status)).toSorted()).toEqual(["204", "422"]);
  });

  it("belong to one person: neither added twice nor made in another's session", async () => {
    const [aino, other] = [await bff.person(), await bff.person()];
    const device = authenticatorAt(publicOrigin);
    expect((await addTo(aino.browser, device)).status).toBe(201);
    expect((await addTo(other.browser, device)).json()).toMatchObject({ code: "ERR_PASSKEY_REFUSED" });
    const question = await ask(aino.browser, "/api/me/passkeys/options");
    other.browser.ceremony = aino.browser.ceremony;
    const answer = authenticatorAt(publicOrigin).make(question);
    expect((await post(other.browser, "/api/me/passkeys", { name: "Mine", answer })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  });

  it("prove who is here for what needs a recent sign-in, and only those of this person", async () => {
    const { browser, psuId } = await bff.person();
    const device = authenticatorAt(publicOrigin);
    await addTo(browser, device);
    const { device: foreign } = await newcomer("foreign@example.fi");
    await signedInLongAgo(bff, psuId);
    expect((await post(browser, "/api/me/passkeys/options")).json()).toMatchObject({ code: "ERR_RECENT_SIGN_IN_NEEDED" });
    const confirm = async (by: Authenticator): Promise<Answer> =>
      post(browser, "/api/auth/confirm/passkey", { answer: by.answer(await ask(browser, "/api/auth/confirm/passkey/options")) });
    expect((await confirm(foreign)).status).toBe(422);
    expect((await post(browser, "/api/me/passkeys/options")).status).toBe(403);
    expect((await confirm(device)).status).toBe(204);
    expect((await post(browser, "/api/me/passkeys/options")).status).toBe(200);
  });
});

it("what was begun is over after its minutes, and pruned", async () => {
  const clock = fixedClock(Temporal.Now.instant().toString());
  await using bff = await startBff({ clock });
  const browser = bff.browser();
  const device = authenticatorAt(publicOrigin);
  const question = await ask(browser, "/api/auth/passkeys/sign-up/options", { name: "Aino", email: "late@example.fi" });
  clock.advance({ minutes: 16 });
  expect((await post(browser, "/api/auth/passkeys/sign-up", { answer: device.make(question) })).json()).toMatchObject({ code: "ERR_STEP_EXPIRED" });
  await ask(browser, "/api/auth/passkeys/sign-in/options");
  clock.advance({ minutes: 16 });
  const { prune } = await import("../usecases/prune.ts");
  await prune(bff.app.context);
  expect(await bff.database.database.db.selectFrom("ceremonies").selectAll().execute()).toEqual([]);
});
