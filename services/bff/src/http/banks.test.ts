import type { Aspsp } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import { bankRoutes } from "./banks.ts";

const bank = (aspspId: string, capabilities: Aspsp["capabilities"]) => ({ aspspId, capabilities }) as Aspsp;

describe("the banks a person is offered", () => {
  it("are those that take consents; where we only register, nobody can go yet", async () => {
    const banks = [bank("reads", ["registration", "consents", "accounts"]), bank("registers", ["registration"]), bank("nothing", [])];
    const [route] = bankRoutes({ bankDirectory: { list: async () => banks } });
    const answer = (await route?.handler({ psu: { psuId: "p" } } as never)) as { banks: Aspsp[] };
    expect(answer.banks.map(({ aspspId }) => aspspId)).toEqual(["reads"]);
  });
});
