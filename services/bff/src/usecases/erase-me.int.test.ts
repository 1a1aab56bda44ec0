import { eventually } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, signedInLongAgo, startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import { publisherOf } from "../../test/facts.ts";

describe("being forgotten", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  const tablesAbout = async (psuId: string): Promise<Record<string, number>> => {
    const { db } = bff.database.database;
    const [people, sessions, credentials, preferences, liveEvents, deadLetters] = await Promise.all([
      db.selectFrom("people").selectAll().where("id", "=", psuId).execute(),
      db.selectFrom("sessions").selectAll().where("userId", "=", psuId).execute(),
      db.selectFrom("credentials").selectAll().where("userId", "=", psuId).execute(),
      db.selectFrom("preferences").selectAll().where("psuId", "=", psuId).execute(),
      db.selectFrom("liveEvents").selectAll().where("psuId", "=", psuId).execute(),
      db.selectFrom("deadLetters").selectAll().where("psuId", "=", psuId).execute(),
    ]);
    return {
      people: people.length,
      sessions: sessions.length,
      credentials: credentials.length,
      preferences: preferences.length,
      liveEvents: liveEvents.length,
      deadLetters: deadLetters.length,
    };
  };

  it("needs a recent sign-in", async () => {
    const { browser, psuId } = await bff.person();
    await signedInLongAgo(bff, psuId);
    expect((await browser.send("DELETE", "/api/me")).json()).toMatchObject({ status: 403, code: "ERR_RECENT_SIGN_IN_NEEDED" });
    expect(await tablesAbout(psuId)).toMatchObject({ people: 1, sessions: 1 });
  });

  it("deletes everything here, tells the others once, and ends streams and sessions (US-24, US-35, US-37)", async () => {
    const { browser, psuId } = await bff.person();
    await using consent = await publisherOf("consent", bff.messaging);
    const expiring = {
      type: "consent.expiring",
      subject: psuId,
      psuId,
      data: { consentId: psuId, psuId, aspspId: "op-fi", validUntil: "2026-12-01T00:00:00Z", daysLeft: 7 },
    } as const;
    await browser.send("PATCH", "/api/me/preferences", { body: { locale: "sv" } });
    const stream = await browser.stream();
    await consent.tell(expiring);
    await eventually(() => stream.events.length > 0);
    await sql`insert into dead_letters (consumer, message_key, event_type, psu_id, deliveries, error_code, error_kind, error_message, headers, body)
      values ('bff-on-consent-expiring', ${psuId}, 'consent.expiring', ${psuId}, 5, 'ERR_TEST', 'invalid', 'test', '{}', '{}')`.execute(
      bff.database.database.db,
    );
    expect(await tablesAbout(psuId)).toEqual({ people: 1, sessions: 1, credentials: 1, preferences: 1, liveEvents: 1, deadLetters: 1 });

    const { cookie } = browser;
    const both = [browser.send("DELETE", "/api/me"), browser.send("DELETE", "/api/me")];
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    expect(statuses).toContain(204);
    await eventually(() => stream.events.some(({ event }) => event === "signed-out"));
    browser.cookie = cookie;
    expect((await browser.get("/api/me")).status).toBe(401);

    // A fact that was on its way brings nothing back.
    await consent.tell(expiring);
    await eventually(async () => {
      const handled = await bff.database.database.db.selectFrom("inbox").selectAll().where("consumer", "=", "bff-on-consent-expiring").execute();
      return handled.length === 2;
    });
    expect(await tablesAbout(psuId)).toEqual({ people: 0, sessions: 0, credentials: 0, preferences: 0, liveEvents: 0, deadLetters: 0 });
    const told = await bff.database.database.db
      .selectFrom("outbox")
      .selectAll()
      .where("eventType", "=", "bff.user-erased")
      .where("psuId", "=", psuId)
      .execute();
    expect(told.map(({ aggregateId, data }) => [aggregateId, JSON.parse(data)])).toEqual([[psuId, { psuId, erasedAt: expect.any(String) }]]);
  });

  it("frees the address for a new person, who is somebody else", async () => {
    const { browser, email, psuId } = await bff.person();
    await browser.send("DELETE", "/api/me");
    await browser.send("POST", "/api/auth/sign-up/email", { body: { name: "Again", email, password } });
    const again = await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password } });
    expect(again.status).toBe(200);
    expect(again.json<{ psuId: string }>().psuId).not.toBe(psuId);
  });
});
