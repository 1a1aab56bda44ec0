import { describe, expect, it } from "vitest";
import { checkCredentials } from "./credentials.ts";

describe("checkCredentials", () => {
  it("lets through what can be sent", () => {
    expect(checkCredentials({ name: "Aino", email: " aino@example.fi ", password: "kolme sanaa riittää" }, true)).toEqual({});
    expect(checkCredentials({ email: "aino@example.fi", password: "old" }, false)).toEqual({});
  });

  it("names every fault at once", () => {
    expect(checkCredentials({ name: " ", email: "aino", password: "short" }, true)).toEqual({ name: "missing", email: "no-email", password: "too-short" });
    expect(checkCredentials({ email: "", password: "" }, false)).toEqual({ email: "missing", password: "missing" });
  });

  it("counts letters as people do", () => {
    expect(checkCredentials({ email: "a@b.fi", password: "🙂".repeat(11) }, true)).toEqual({ password: "too-short" });
  });
});
