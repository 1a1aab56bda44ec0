import { z } from "zod";
import { isoInstant, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

export const userErased = defineEvent({
  version: 1,
  owner: "bff",
  psu: true,
  aggregate: "psu",
  type: "bff.user-erased",
  consumers: ["consent", "bank-gateway", "ingest", "analytics"],
  summary: "A person asked to be forgotten; everything about them goes.",
  data: z.object({ psuId: uuid, erasedAt: isoInstant }),
});
