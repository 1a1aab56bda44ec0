import type { Aspsp } from "@opl/contracts/model";
import type { BankGatewayClient } from "./bank-gateway.ts";

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
  let held: { readonly asked: Promise<readonly Aspsp[]>; readonly lastHint: bigint } | undefined;
  return {
    list(lastHint = 0n) {
      if (held !== undefined && held.lastHint >= lastHint) return held.asked;
      const asked = client.listAspsps({ timeoutMs }).then(({ aspsps }) => aspsps);
      const forget = (): void => {
        if (held?.asked === asked) held = undefined;
      };
      held = { asked, lastHint };
      // A failure is not kept for the next one who asks.
      asked.then(() => setTimeout(forget, heldMs).unref(), forget);
      return asked;
    },
  };
}
