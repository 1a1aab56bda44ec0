import * as fc from "fast-check";
import { expect, it } from "vitest";
import { AuthorisationResponse } from "../authorisation-response.ts";
import type { AuthorizationServer, ReceivedAuthorisation } from "../authorisation.ts";
import { checkReturn } from "./index.ts";

const createdAt = Temporal.Instant.from("2026-11-22T10:00:00Z");
const names = fc.oneof(fc.constantFrom("state", "code", "id_token", "iss", "error", "access_token", "refresh_token", "response"), fc.string({ maxLength: 12 }));
const values = fc.oneof(fc.constantFrom("", "a.b.c", "https://bank.example", "SplxlOBeZQQYbYS6WxSbIA"), fc.string({ unit: "binary", maxLength: 40 }));
const parameters = fc.array(fc.record({ name: names, value: values }), { maxLength: 8 });
const servers: fc.Arbitrary<AuthorizationServer | null> = fc.option(
  fc.record({
    issuer: fc.constant("https://bank.example"),
    issInResponse: fc.boolean(),
    responseType: fc.constantFrom("code", "code id_token"),
    responseMode: fc.constantFrom("fragment", "query", "jwt"),
  }),
);
const contexts = fc.constantFrom("op-fi", "other-bank");
const minutes = fc.integer({ min: 0, max: 12 });

it("whatever comes back is answered, and a code is let through only when nothing is wrong with its company", () => {
  fc.assert(
    fc.property(parameters, servers, contexts, minutes, (list, authorizationServer, redirectContext, after) => {
      const attempt: ReceivedAuthorisation = {
        authorisationId: "a",
        psuId: "p",
        about: { kind: "consent", consentId: "c" },
        aspspId: "op-fi",
        sessionBinding: "s",
        redirectUri: "https://ledger.example/connect/return/op-fi",
        createdAt,
        expiresAt: createdAt.add({ minutes: 10 }),
        authorizationServer,
        scaStatus: "received",
        nonce: "n",
      };
      const checked = checkReturn({ response: new AuthorisationResponse(list), attempt, redirectContext, now: createdAt.add({ minutes: after }) });
      if (checked.kind === "refused") return;
      const given = list.map(({ name }) => name);
      expect([redirectContext, after < 10, new Set(given).size]).toEqual(["op-fi", true, given.length]);
      expect(given.filter((name) => name === "access_token" || name === "refresh_token")).toEqual([]);
      if (checked.kind === "code" && checked.response !== undefined) {
        expect(authorizationServer?.responseMode).toBe("jwt");
        expect(given.filter((name) => ["code", "error", "state", "iss", "id_token"].includes(name))).toEqual([]);
        return;
      }
      expect(authorizationServer?.responseMode).not.toBe("jwt");
      expect(given.includes("code")).toBe(checked.kind === "code");
      expect(given.includes("error")).toBe(checked.kind === "error");
      if (authorizationServer?.issInResponse === true) expect(list.find(({ name }) => name === "iss")?.value).toBe(authorizationServer.issuer);
      if (checked.kind === "code") expect(checked.code).toMatch(/^[\x20-\x7e]{1,4096}$/);
      if (checked.kind === "code" && authorizationServer !== null) expect(checked.idToken !== null).toBe(authorizationServer.responseType === "code id_token");
    }),
    { numRuns: 2_000 },
  );
});
