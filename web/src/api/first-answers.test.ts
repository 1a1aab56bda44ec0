import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { send } from "./client.ts";
import { takeFirstAnswer } from "./first-answers.ts";

const early = (body: unknown, status = 200): Promise<Response> => Promise.resolve(Response.json(body, { status }));
const asked = vi.fn(() => Promise.resolve(Response.json("asked again")));

beforeEach(() => {
  vi.stubGlobal("window", { oplFirstAnswers: new Map([["/api/me", early("asked with the page")]]) });
  vi.stubGlobal("fetch", asked);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  asked.mockClear();
});

describe("an answer that was asked for with the page", () => {
  it("is used once, and then the question is asked again", async () => {
    expect(await send("GET", "/api/me")).toBe("asked with the page");
    expect(asked).not.toHaveBeenCalled();
    expect(await send("GET", "/api/me")).toBe("asked again");
  });

  it("is for its own address only", async () => {
    expect(await send("GET", "/api/me?x=1")).toBe("asked again");
  });

  it("says what went wrong like every other", async () => {
    window.oplFirstAnswers = new Map([
      ["/api/me", early({ code: "ERR_NOT_SIGNED_IN" }, 401)],
      ["/api/overview", Promise.reject(new TypeError("offline"))],
    ]);
    await expect(send("GET", "/api/me")).rejects.toMatchObject({ status: 401, code: "ERR_NOT_SIGNED_IN" });
    await expect(send("GET", "/api/overview")).rejects.toMatchObject({ status: 0, code: "ERR_UNREACHABLE" });
  });

  it("does not outlive a change: after signing in, what the signed-out page asked is asked again", async () => {
    await send("POST", "/api/auth/sign-in/email", { body: {} });
    expect(await send("GET", "/api/me")).toBe("asked again");
  });

  it("is not used when it is older than what the stream of changes repeats", () => {
    vi.spyOn(performance, "now").mockReturnValue(15_001);
    expect(takeFirstAnswer("/api/me")).toBeUndefined();
  });
});
