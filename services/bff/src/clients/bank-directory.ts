import type { Aspsp } from "@opl/contracts/model";
import type { BankGatewayClient } from "./bank-gateway.ts";
import { sharedAnswer } from "./shared-answer.ts";

/** The banks there are. The same for everybody, so one answer serves all who ask within a moment. */
export interface BankDirectory {
  /** @param lastHint the number of the last hint that is known: an answer asked for when it was not is too old. */
  list(lastHint?: bigint): Promise<readonly Aspsp[]>;
}

/** Nearly every page names banks; their health may be this old. */
const heldForMs = 1_000;
/** Shorter than a page waits for a part of it. */
const timeoutMs = 3_500;

export function bankDirectory(client: Pick<BankGatewayClient, "listAspsps">, heldMs: number = heldForMs): BankDirectory {
  const answer = sharedAnswer(() => client.listAspsps({ timeoutMs }).then(({ aspsps }) => aspsps), heldMs);
  return { list: (lastHint) => answer.read(lastHint) };
}
