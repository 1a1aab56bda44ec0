import type { Adapter, AdapterPayload } from "oidc-provider";
import { digest } from "../identifiers.ts";
import type { Grants } from "./clients.ts";

/** Where an authorization server keeps things: clients in the register of the bank, everything else in the journal under a digest. */
export function adapterOver(grants: Grants, findClient: (clientId: string) => Promise<AdapterPayload | undefined>): (model: string) => Adapter {
  return (model) => ({ ...grantAdapter(model, grants), ...(model === "Client" ? { find: findClient } : {}) });
}

function grantAdapter(model: string, grants: Grants): Adapter {
  const key = (id: string): string => `${model}:${digest(id)}`;
  return {
    // The identifier of a token is the token itself, so it stays out of the file.
    async upsert(id, input) {
      const { jti: _, ...payload } = input;
      grants.put(key(id), { payload, expiresAtMs: (payload.exp ?? 0) * 1000 });
    },
    async find(id) {
      const found = grants.get(key(id));
      return found === undefined ? undefined : { ...found.payload, jti: id };
    },
    async consume(id) {
      const found = grants.get(key(id));
      if (found !== undefined) grants.put(key(id), { ...found, payload: { ...found.payload, consumed: Math.floor(Date.now() / 1000) } });
    },
    async destroy(id) {
      grants.remove(key(id));
    },
    async revokeByGrantId(grantId) {
      grants.removeWhere(({ payload }) => payload["grantId"] === grantId);
    },
    // Sessions and user codes are of no use here: every visit begins with a login.
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}
