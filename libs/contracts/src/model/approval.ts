import { z } from "zod";
import { uuid } from "./ids.ts";

/** What a person said yes or no to at the bank: one way back serves all three. */
export const approvalAbout = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("consent"), consentId: uuid }),
  z.object({ kind: z.literal("payment"), paymentOrderId: uuid }),
  z.object({ kind: z.literal("funds"), fundsConsentId: uuid }),
]);
export type ApprovalAbout = z.infer<typeof approvalAbout>;
