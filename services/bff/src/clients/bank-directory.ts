import type { Aspsp } from "@opl/contracts/model";
import type { BankGatewayClient } from "./bank-gateway.ts";

/** The banks there are. The same for everybody, so one answer serves all who ask within a moment. */
export interface BankDirectory {
  list(): Promise<readonly Aspsp[]>;
}

/** Nearly every page names banks; their health may be this old. */
const heldForMs = 1_000;
/** Shorter than a page waits for a part of it. */
const timeoutMs = 3_500;

export function bankDirectory(client: Pick<BankGatewayClient, "listAspsps">, heldMs: number = heldForMs): BankDirectory {
  let held: Promise<readonly Aspsp[]> | undefined;
  return {
    list() {
      if (held !== undefined) return held;
      const asked = client.listAspsps({ timeoutMs }).then(({ aspsps }) => aspsps);
      const forget = (): void => {
        if (held === asked) held = undefined;
      };
      held = asked;
      // A failure is not kept for the next one who asks.
      asked.then(() => setTimeout(forget, heldMs).unref(), forget);
      return asked;
    },
  };
}
