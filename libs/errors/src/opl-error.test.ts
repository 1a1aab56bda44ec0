import { describe, expect, it } from "vitest";
import { OplError, defineErrors, errorKinds, isErrorKind, isOplError, toOplError } from "./index.ts";

describe("OplError", () => {
  it("carries code, kind, message, cause, details and retry time", () => {
    const cause = new Error("below");
    const error = new OplError({
      code: "ERR_ASPSP_RATE_LIMITED",
      kind: "rate-limited",
      message: "The bank asks us to wait.",
      cause,
      details: { aspspId: "op-fi" },
      retryAfterSeconds: 30,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "OplError",
      code: "ERR_ASPSP_RATE_LIMITED",
      kind: "rate-limited",
      message: "The bank asks us to wait.",
      details: { aspspId: "op-fi" },
      retryAfterSeconds: 30,
    });
    expect(error.cause).toBe(cause);
  });

  it("leaves absent parts absent", () => {
    const error = new OplError({ code: "ERR_X", kind: "bug", message: "m" });
    expect("details" in error || "retryAfterSeconds" in error || "cause" in error).toBe(false);
  });

  it.each(["err_x", "ERR_", "X", "ERR_a", "ERR_A__B", ""])("refuses %j as a code", (code) => {
    expect(() => new OplError({ code, kind: "bug", message: "m" })).toThrow(TypeError);
  });
});

describe("defineErrors", () => {
  const errors = defineErrors({
    ERR_CONSENT_NOT_FOUND: ["not-found", "There is no such consent."],
    ERR_CONSENT_EXPIRED: ["rejected", "The consent has expired."],
  });

  it("makes one factory a code, with the code and kind readable", () => {
    expect(Object.keys(errors)).toEqual(["ERR_CONSENT_NOT_FOUND", "ERR_CONSENT_EXPIRED"]);
    expect(errors.ERR_CONSENT_NOT_FOUND.code).toBe("ERR_CONSENT_NOT_FOUND");
    expect(errors.ERR_CONSENT_NOT_FOUND()).toMatchObject({
      code: "ERR_CONSENT_NOT_FOUND",
      kind: "not-found",
      message: "There is no such consent.",
    });
  });

  it("lets a call replace the message and add details, never the code or kind", () => {
    const error = errors.ERR_CONSENT_EXPIRED({ message: "Ended in May.", details: { days: 3 } });
    expect(error).toMatchObject({ code: "ERR_CONSENT_EXPIRED", kind: "rejected", message: "Ended in May.", details: { days: 3 } });
  });

  it("points the stack at the caller", () => {
    expect(errors.ERR_CONSENT_EXPIRED().stack?.split("\n")[1]).toContain("opl-error.test.ts");
  });
});

describe("isOplError and toOplError", () => {
  it("tells ours from others", () => {
    expect(isOplError(new OplError({ code: "ERR_X", kind: "bug", message: "m" }))).toBe(true);
    for (const other of [new Error("x"), null, undefined, "ERR_X", { code: "ERR_X", kind: "bug" }]) expect(isOplError(other)).toBe(false);
  });

  it("keeps ours and wraps the rest as a bug with its cause", () => {
    const ours = new OplError({ code: "ERR_X", kind: "conflict", message: "m" });
    expect(toOplError(ours)).toBe(ours);
    const wrapped = toOplError("thrown text");
    expect(wrapped).toMatchObject({ code: "ERR_BUG", kind: "bug", cause: "thrown text" });
  });

  it("knows its kinds", () => {
    expect(errorKinds.every(isErrorKind)).toBe(true);
    expect(isErrorKind("teapot")).toBe(false);
  });
});
