import path from "node:path";
import { readSecret, services } from "./secrets.ts";

/** Lies beside `nats.conf` in the pod, from the Secret `nats-secrets`. */
export const natsPasswordsFile = "passwords.conf";

/** The name by which the configuration of NATS knows the password of a user. */
export const natsPasswordVariable = (user: string): string => `NATS_PASSWORD_${user.toUpperCase().replaceAll("-", "_")}`;

/** The text of `passwords.conf`: a line a user, quoted, since NATS reads a bare password such as 1e5x as a broken number. */
export function natsPasswords(secretsDir: string): string {
  return [...services, "operator"].map((user) => `${natsPasswordVariable(user)}: "${readSecret(path.join(secretsDir, user, "nats-password"))}"\n`).join("");
}
