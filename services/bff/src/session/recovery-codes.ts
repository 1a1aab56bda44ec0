import { hash, randomInt } from "node:crypto";

/** Without the letters that look like digits. */
const alphabet = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
const letters = 16;
const howMany = 10;

/** Ten codes of 80 random bits, in groups of four as people write them down. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: howMany }, () =>
    Array.from({ length: letters }, () => alphabet[randomInt(alphabet.length)])
      .join("")
      .replaceAll(/(.{4})(?=.)/g, "$1-"),
  );
}

/** What is kept of a code. However it was typed: spaces, dashes, small letters, O for 0 and l for 1 make no difference. */
export function recoveryCodeHash(code: string): Buffer {
  const bare = code
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  return hash("sha256", `opl recovery code ${bare}`, "buffer");
}
