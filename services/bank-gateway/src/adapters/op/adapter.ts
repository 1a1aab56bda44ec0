import { opStandard } from "../../standards/op/op.ts";
import type { BankAdapter } from "../bank-adapter.ts";
import { opEndpoints, opProfile } from "./profile.ts";
import type { OpSettings } from "./settings.ts";

/** OP Financial Group: its own standard with its own facts. The deviations it needs are named in the README beside. */
export function opAdapter(settings: OpSettings): BankAdapter {
  return opStandard(opProfile(settings), opEndpoints(settings));
}
