import type { Rows } from "../judge-rows.ts";
import { oa } from "./oa.ts";
import { us } from "./us.ts";

export interface AcceptanceTable {
  readonly rows: Rows;
  /** Rows that cannot apply here, and why. */
  readonly notApplicable: Rows;
}

export const tables: Readonly<Record<string, AcceptanceTable>> = {
  OA: { rows: oa, notApplicable: {} },
  US: { rows: us, notApplicable: {} },
};
