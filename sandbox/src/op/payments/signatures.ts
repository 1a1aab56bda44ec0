import type { FastifyRequest } from "fastify";
import { header } from "../../http/call.ts";
import type { Bank } from "../bank.ts";
import type { Client } from "../clients.ts";
import { security, validation } from "../refusal.ts";
import { verifyTppJws } from "../tpp-jws.ts";

const name = "x-jws-signature";

/** Refuses a body that the client's QSealC did not sign, byte by byte as it was sent (detached compact JWS). */
export async function requireSignature(request: FastifyRequest, bank: Bank, client: Client): Promise<void> {
  const [head = "", payload, signature, ...rest] = (header(request, name) ?? "").split(".");
  if (head === "") throw validation([{ type: "Required", path: name, message: `${name} is required` }]);
  if (payload !== "" || signature === undefined || rest.length > 0) throw invalid("must be a detached compact JWS");
  const protectedHeader = readHeader(head);
  if ("b64" in protectedHeader || "crit" in protectedHeader) throw invalid("must sign the body in base64url, without b64 and crit");
  const body = Buffer.from(String(request.body), "utf8").toString("base64url");
  const verified = await verifyTppJws(`${head}.${body}.${signature}`, client.jwksEndpoint, bank);
  if (!verified.ok) throw security(401, `${name}: ${verified.message}`);
  if (verified.isQwac || verified.organizationIdentifier !== `PSD${client.orgId}`) throw security(401, `${name}: the key is not a QSealC of this client`);
}

function readHeader(head: string): object {
  try {
    return Object(JSON.parse(Buffer.from(head, "base64url").toString("utf8"))) as object;
  } catch {
    throw invalid("has an unreadable header");
  }
}

function invalid(says: string): Error {
  return validation([{ type: "InvalidValue", path: name, message: `${name} ${says}` }]);
}
