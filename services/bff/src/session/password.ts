import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(argon2);

/** OWASP's second recommended setting for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const tagBytes = 32;
const encoded = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{11,86})$/;

/** A salted argon2id hash in PHC string format; the same text typed on another keyboard hashes alike (NFKC). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await tagOf(password, salt, cost, tagBytes);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** True when the password made this hash; costs as much as hashing did, also for a wrong password. */
export async function verifyPassword({ hash, password }: { readonly hash: string; readonly password: string }): Promise<boolean> {
  const match = encoded.exec(hash);
  if (match === null) return false;
  const [, memory = "", passes = "", parallelism = "", salt = "", tag = ""] = match;
  const expected = Buffer.from(tag, "base64");
  const settings = { memory: Number.parseInt(memory, 10), passes: Number.parseInt(passes, 10), parallelism: Number.parseInt(parallelism, 10) };
  return timingSafeEqual(await tagOf(password, Buffer.from(salt, "base64"), settings, expected.length), expected);
}

function tagOf(password: string, nonce: Buffer, settings: { memory: number; passes: number; parallelism: number }, tagLength: number): Promise<Buffer> {
  return derive("argon2id", { message: Buffer.from(password.normalize("NFKC"), "utf8"), nonce, tagLength, ...settings });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
