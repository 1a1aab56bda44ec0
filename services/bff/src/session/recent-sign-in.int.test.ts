import { fixedClock } from "@opl/testkit";
import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import type { RouteContract } from "@opl/contracts/http";
import { describe, expect, it } from "vitest";
import { password, signedInLongAgo, startBff } from "../../test/bff.ts";
import type { Answer, Browser } from "../../test/browser.ts";

const confirm = (browser: Browser, secret = password): Promise<Answer> => browser.send("POST", "/api/auth/confirm/password", { body: { password: secret } });

describe("what must not happen in a session somebody left open", () => {
  it("needs a proof of the last five minutes, and takes a new one by the password", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using bff = await startBff({ clock });
    const { browser } = await bff.person();
    clock.advance({ minutes: 6 });
    const refused = await browser.send("DELETE", "/api/me");
    expect([refused.status, refused.json()]).toEqual([403, expect.objectContaining({ code: "ERR_RECENT_SIGN_IN_NEEDED" })]);
    expect((await browser.get("/api/me")).status).toBe(200);
    expect((await confirm(browser)).status).toBe(204);
    clock.advance({ minutes: 6 });
    expect((await browser.send("DELETE", "/api/me")).status).toBe(403);
    expect((await confirm(browser)).status).toBe(204);
    clock.advance({ minutes: 4 });
    expect((await browser.send("DELETE", "/api/me")).status).toBe(204);
  });

  it("is proved for one session only", async () => {
    await using bff = await startBff();
    const { browser, email, psuId } = await bff.person();
    const other = bff.browser();
    await other.send("POST", "/api/auth/sign-in/email", { body: { email, password } });
    await signedInLongAgo(bff, psuId);
    await confirm(browser);
    expect((await other.send("DELETE", "/api/me")).status).toBe(403);
    expect((await browser.send("DELETE", "/api/me")).status).toBe(204);
  });

  it("is not proved by a wrong password, and guessing it is limited (US-20)", async () => {
    await using bff = await startBff();
    const { browser, psuId } = await bff.person();
    await signedInLongAgo(bff, psuId);
    for (let tries = 0; tries < 10; tries += 1) expect((await confirm(browser, "not the password")).json()).toMatchObject({ code: "ERR_PASSWORD_REFUSED" });
    expect((await confirm(browser)).status).toBe(429);
    expect((await browser.send("DELETE", "/api/me")).status).toBe(403);
  });

  it("is said in the contract, and refused before the body is read", async () => {
    const guarded: readonly RouteContract[] = Object.values({ ...bffRoutes, ...securityRoutes, ...operatorRoutes } as Record<string, RouteContract>).filter(
      ({ recentSignIn }) => recentSignIn,
    );
    // Money, everything at once, the ways in, and where people are sent.
    expect(guarded.map(({ operationId }) => operationId)).toEqual(
      expect.arrayContaining(["approvePaymentOrder", "startExport", "eraseMe", "addPasskey", "changeEmail", "approveQuarantine"]),
    );
    await using bff = await startBff();
    const { browser, psuId } = await bff.operator();
    await signedInLongAgo(bff, psuId);
    for (const { method, path } of guarded) {
      const answer = await browser.send(
        method,
        path.replaceAll(/:\w+/g, "0197c000-0000-7000-8000-000000000000"),
        method === "GET" ? {} : { body: { no: "such" } },
      );
      expect([path, answer.json()["code"]]).toEqual([path, "ERR_RECENT_SIGN_IN_NEEDED"]);
    }
  });
});
