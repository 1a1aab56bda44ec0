import { jsonSlice } from "../domain/json-slice.ts";
import { errors } from "../errors.ts";
import { readArchived } from "../vault/archive.ts";
import type { GatewayContext } from "./context.ts";

/** What the bank really said, for the person it was about. */
export async function getRawMessage(ctx: Pick<GatewayContext, "db" | "vault">, psuId: string, hash: string, pointer: string | undefined) {
  const archived = await readArchived(ctx, psuId, hash);
  if (archived === undefined) throw errors.ERR_RAW_MESSAGE_NOT_FOUND();
  const { message, body } = archived;
  const text = body.toString("utf8").replace(/^\uFEFF/, "");
  const content = pointer === undefined ? text : jsonSlice(text, pointer);
  if (content === undefined) throw errors.ERR_RAW_MESSAGE_NOT_FOUND({ message: "The archived message has no such place." });
  const { aspspId, receivedAt, url, statusCode, contentType, interactionId, certificateThumbprint } = message;
  return { hash, aspspId, receivedAt: receivedAt.toString(), url, statusCode, contentType, interactionId, certificateThumbprint, content };
}
