import { hash, randomBytes } from "node:crypto";
import { inTransaction } from "@opl/postgres";
import { findCeremony, insertCeremony, takeCeremony } from "../db/ceremony-store.ts";
import type { StoredCeremony } from "../db/ceremony-store.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { ceremonyCookie } from "../session/cookie.ts";

/** What can be begun in a browser and finished in the same one, once, within these minutes. */
const minutes = {
  "second-factor": 10,
  "passkey-sign-in": 10,
  "passkey-sign-up": 15,
  "signed-up": 5,
  "passkey-new": 15,
  "passkey-confirm": 10,
  recovery: 15,
  "single-sign-on": 15,
} as const;
export type CeremonyKind = keyof typeof minutes;

interface Beginning {
  readonly kind: CeremonyKind;
  readonly psuId?: string | undefined;
  readonly data?: Readonly<Record<string, string>>;
}

type Context = Pick<BffContext, "db" | "clock">;

/** Begins something; the cookie is how this browser, and no other, can finish it. */
export async function beginCeremony({ db, clock }: Context, { kind, psuId, data = {} }: Beginning): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  const seconds = minutes[kind] * 60;
  await inTransaction(db, (tx) => insertCeremony(tx, { tokenHash: hashOf(token), kind, psuId: psuId ?? null, data, expiresAt: clock.now().add({ seconds }) }));
  return ceremonyCookie(token, seconds);
}

/** What this browser has begun, left as it is. @throws ERR_STEP_EXPIRED */
export async function seeCeremony({ db, clock }: Context, kind: CeremonyKind, token: string | undefined): Promise<StoredCeremony> {
  const found = token === undefined ? undefined : await findCeremony(db, hashOf(token), kind, clock.now());
  if (found === undefined) throw errors.ERR_STEP_EXPIRED();
  return found;
}

/** What this browser has begun, and now finishes or loses. @throws ERR_STEP_EXPIRED */
export async function endCeremony({ db, clock }: Context, kind: CeremonyKind, token: string | undefined): Promise<StoredCeremony> {
  const taken = token === undefined ? undefined : await inTransaction(db, (tx) => takeCeremony(tx, hashOf(token), kind, clock.now()));
  if (taken === undefined) throw errors.ERR_STEP_EXPIRED();
  return taken;
}

function hashOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
