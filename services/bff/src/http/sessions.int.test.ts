import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import type { Browser } from "../../test/browser.ts";
import { trustedProxies } from "../session/client-address.ts";

interface Listed {
  readonly sessionId: string;
  readonly device: { readonly browser: string | null; readonly system: string | null };
  readonly place: string | null;
  readonly current: boolean;
}

describe("where a person is signed in", () => {
  let bff: Bff;
  let aino: Person;
  let thief: Browser;
  beforeAll(async () => {
    bff = await startBff({ config: { OPL_TRUSTED_PROXIES: trustedProxies(["127.0.0.1"]) } });
  });
  afterAll(() => bff[Symbol.asyncDispose]());
  const list = async ({ browser }: { browser: Browser }): Promise<readonly Listed[]> =>
    (await browser.get("/api/me/sessions")).json<{ sessions: Listed[] }>().sessions;
  const signInAs = async (userAgent: string, address: string): Promise<Browser> => {
    const browser = bff.browser();
    await browser.send("POST", "/api/auth/sign-in/email", {
      body: { email: aino.email, password },
      headers: { "user-agent": userAgent, "x-forwarded-for": address },
    });
    return browser;
  };

  it("shows each device, its masked network and which one this is (US-25)", async () => {
    aino = await bff.person();
    thief = await signInAs("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "203.0.113.77");
    await signInAs(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
      "2001:db8:aaaa:bbbb::1",
    );
    const sessions = await list(aino);
    expect(sessions).toHaveLength(3);
    expect(sessions.filter(({ current }) => current)).toHaveLength(1);
    expect(sessions).toContainEqual(expect.objectContaining({ device: { browser: "Firefox", system: "Linux" }, place: "203.0.•.•", current: false }));
    expect(sessions).toContainEqual(expect.objectContaining({ device: { browser: "Safari", system: "iPhone" }, place: "2001:db8:•", current: false }));
    const text = JSON.stringify(sessions);
    for (const hidden of ["203.0.113.77", "aaaa", thief.cookie?.split(/[=.]/)[1] ?? "?"]) expect(text).not.toContain(hidden);
  });

  it("shows a stolen cookie used in parallel as what it is: the same session, ended by a new sign-in (US-25)", async () => {
    const copy = bff.browser();
    copy.cookie = aino.browser.cookie;
    expect((await copy.get("/api/me")).status).toBe(200);
    expect((await list({ browser: copy })).find(({ current }) => current)?.sessionId).toBe((await list(aino)).find(({ current }) => current)?.sessionId);
    await aino.browser.send("POST", "/api/auth/sign-in/email", { body: { email: aino.email, password } });
    expect((await copy.get("/api/me")).status).toBe(401);
  });

  it("ends one at once, its stream at the next look, and leaves the others (US-24, US-25)", async () => {
    const stream = await thief.stream();
    const { sessionId } = (await list(aino)).find(({ device }) => device.browser === "Firefox") ?? { sessionId: "" };
    expect((await aino.browser.send("DELETE", `/api/me/sessions/${sessionId}`)).status).toBe(204);
    expect((await thief.get("/api/me")).status).toBe(401);
    await expect.poll(() => stream.events.some(({ event }) => event === "signed-out")).toBe(true);
    await stream.ended;
    expect((await list(aino)).map(({ device }) => device.browser)).not.toContain("Firefox");
    expect((await aino.browser.send("DELETE", `/api/me/sessions/${sessionId}`)).status).toBe(404);
    expect(await list(aino)).toHaveLength(2);
  });

  it("ends all others at once (US-25)", async () => {
    expect((await aino.browser.send("POST", "/api/auth/revoke-other-sessions", { body: {} })).status).toBe(204);
    expect((await list(aino)).map(({ current }) => current)).toEqual([true]);
  });
});
