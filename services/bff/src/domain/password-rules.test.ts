import { describe, expect, it } from "vitest";
import { passwordFault } from "./password-rules.ts";

const kaisa = { name: "Kaisa", email: "kaisa.virtanen@example.fi" };

describe("a password", () => {
  it.each(["kolme sinistä kissaa", "Kaisa ui Saimaalla 2026", "correct horse battery staple", "ää öö åå yy uu ii", "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧"])(
    "may be %j",
    (password) => {
      expect(passwordFault(password, kaisa)).toBeUndefined();
    },
  );

  it.each([
    ["", "at least 12"],
    ["elevenchars", "at least 12"],
    ["🦊🐻🐼🐨🐯🦁", "at least 12"],
    ["abcabcabcabcabc", "more different"],
    ["AaAaAaAaAaAa", "more different"],
    ["kaisa.virtanen@example.fi", "your name or your e-mail"],
    ["Kaisa.Virtanen1", "your name or your e-mail"],
    ["kaisakaisakaisa12", "your name or your e-mail"],
    ["kissa ".repeat(30), "at most 128"],
  ])("may not be %j", (password, fault) => {
    expect(passwordFault(password, kaisa)).toContain(fault);
  });
});
