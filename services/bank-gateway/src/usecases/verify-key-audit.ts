import { keyAuditAfter } from "../db/key-export-store.ts";
import { followKeyAudit } from "../vault/key-audit-chain.ts";
import type { BrokenRow, KeyAuditHead } from "../vault/key-audit-chain.ts";
import type { GatewayContext } from "./context.ts";

const atOnce = 1_000;

export interface KeyAuditVerdict {
  /** Rows that are as they were written, from the first on. */
  readonly rows: number;
  readonly head: KeyAuditHead | undefined;
  readonly broken: BrokenRow | undefined;
}

/** Follows the whole audit of key exports. @param anchor place and hash of a row, as a fact or a log line carried them out */
export async function verifyKeyAudit({ db }: Pick<GatewayContext, "db">, anchor?: KeyAuditHead): Promise<KeyAuditVerdict> {
  let head: KeyAuditHead | undefined;
  for (;;) {
    const rows = await keyAuditAfter(db, head?.position ?? 0n, atOnce);
    const followed = followKeyAudit(rows, head, anchor);
    const { position } = followed.head;
    if (position > 0n) head = followed.head;
    const cut = rows.length < atOnce && anchor !== undefined && anchor.position > position;
    const broken = followed.broken ?? (cut ? { position: position + 1n, why: "missing" as const } : undefined);
    if (broken !== undefined || rows.length < atOnce) return { rows: Number(position), head, broken };
  }
}
