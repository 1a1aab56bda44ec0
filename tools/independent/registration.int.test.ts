import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { newId } from "@opl/service";
import { testDatabase } from "@opl/testkit";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BankAdapter } from "../../services/bank-gateway/src/adapters/bank-adapter.ts";
import { dcrScheme } from "../../services/bank-gateway/src/registration-schemes/dcr.ts";
import { readTokenAnswer } from "../../services/bank-gateway/src/standards/token-answer.ts";
import { translateUkRefusal } from "../../services/bank-gateway/src/standards/uk-open-banking/refusal.ts";
import { startGateway, type TestGateway } from "../../services/bank-gateway/testing/gateway.ts";
import { subject } from "../../services/bank-gateway/testing/own-certificates.ts";
import { startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import type { RegistryContext } from "../../services/tpp-registry/src/context.ts";
import { listDue, listRegistrations } from "../../services/tpp-registry/src/db/registration-store.ts";
import type { TppRegistryTables } from "../../services/tpp-registry/src/db/tables.ts";
import { aDocument } from "../../services/tpp-registry/src/testing/document.ts";
import { advanceRegistration } from "../../services/tpp-registry/src/usecases/advance-registration.ts";
import { applyDesiredState } from "../../services/tpp-registry/src/usecases/apply-desired-state.ts";
import { beginPlanned } from "../../services/tpp-registry/src/usecases/begin-planned.ts";
import { checkDrift } from "../../services/tpp-registry/src/usecases/check-drift.ts";
import { retryRegistration } from "../../services/tpp-registry/src/usecases/retry-registration.ts";
import { refreshDirectory } from "../../services/tpp-registry/src/usecases/refresh-directory.ts";
import { independentAuthority } from "./authority.ts";
import { type IndependentServer, startAuthorizationServer } from "./authorization-server.ts";

const aspspId = "independent";
const authority = independentAuthority();
const resources = new AsyncDisposableStack();
const redirect = (page: string): string => `https://ledger.example/connect/return/${page}`;
const wanted = (page: string) => aDocument([{ aspsp: aspspId, redirectUris: [redirect(page)] }]);

afterAll(() => resources.disposeAsync());

describe.each(["tls_client_auth", "private_key_jwt"] as const)("at an authorization server that is not ours, known by %s", (authentication) => {
  let server: IndependentServer;
  let gateway: TestGateway;
  let ctx: RegistryContext;
  /** What is published as our keys; taken away to see that they are really looked at. */
  let published = true;

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "opl-independent-"));
    resources.defer(() => rmSync(folder, { recursive: true }));
    const rootsPath = path.join(folder, "roots.pem");
    writeFileSync(rootsPath, authority.rootPem);
    const keys = createServer(authority.serverIdentity(), (_request, response) => {
      void ctx.bankGateway.listPublicKeys().then((answer) => response.end(JSON.stringify({ keys: published ? answer.keys.map(({ jwk }) => jwk) : [] })));
    });
    keys.listen(0, "127.0.0.1");
    await once(keys, "listening");
    resources.defer(() => void keys.close());

    const outside = resources.adopt(new Agent({ connect: { ca: authority.rootPem } }), (agent) => agent.destroy());
    server = resources.use(await startAuthorizationServer(authority, outside));
    gateway = resources.use(
      await startGateway(resources.use(await startSandbox()), {
        adapters: [adapterFor(server, authentication, rootsPath)],
        env: { OPL_TPP_JWKS_URL: `https://localhost:${(keys.address() as { port: number }).port}/jwks.json`, OPL_QTSP_EST_URL: "" },
      }),
    );
    const db = resources.use(await testDatabase<TppRegistryTables>({ service: "tpp-registry" }));
    ctx = {
      db: db.database.db,
      clock: { now: () => Temporal.Now.instant() },
      newId,
      bankGateway: gateway.as["tpp-registry"],
      softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
      environmentDocument: wanted("one"),
      renewBeforeDays: 30,
    };
    await refreshDirectory(ctx);
    // Issued by hand: the request goes to an authority that shares no code with us, and its certificates are imported.
    for (const purpose of ["qwac", "qsealc"] as const) {
      const { certificateId, csrPem } = await gateway.as.operator.requestCertificate({ body: { purpose, keyType: "rsa", subject } });
      await gateway.as.operator.importIssuedCertificate({ params: { certificateId }, body: { chain: authority.issue(csrPem ?? "") } });
    }
  });

  /** Begins what is wanted and takes it as far as it goes. @returns the registrations, newest first */
  async function converge() {
    await beginPlanned(ctx);
    for (let due = await listDue(ctx.db, ctx.clock.now()); due.length > 0; due = await listDue(ctx.db, ctx.clock.now()))
      for (const registrationId of due) while ((await advanceRegistration(ctx, registrationId)).kind === "step-done");
    return listRegistrations(ctx.db);
  }
  const clientIdOf = ([newest]: Awaited<ReturnType<typeof converge>>): string => {
    const { artefact } = newest?.finished.find(({ step }) => step === "submission") ?? {};
    return (artefact as { client: { clientId: string } }).client.clientId;
  };

  it("a statement whose keys cannot be found is refused for good, with the server's reason", async () => {
    published = false;
    const [refused] = await converge();
    published = true;
    expect(refused?.registration).toMatchObject({
      status: "failed",
      errorCode: "ERR_ASPSP_REJECTED",
      errorMessage: expect.stringContaining("software statement"),
    });
    await ctx.db.deleteFrom("registrationSteps").execute();
    await ctx.db.deleteFrom("certificates").execute();
    await ctx.db.deleteFrom("registrations").execute();
  });

  it("the whole saga completes: our statement is verified, the certificate seen on each call, a token proves it", async () => {
    const registrations = await converge();
    expect(registrations[0]?.registration).toMatchObject({ status: "completed", scheme: "dcr" });
    expect(await server.client(clientIdOf(registrations))).toMatchObject({
      redirect_uris: [redirect("one")],
      token_endpoint_auth_method: authentication,
      tls_client_certificate_bound_access_tokens: true,
      software_statement: expect.any(String),
    });
    expect(server.calls.at(-1)).toMatchObject({ path: "/token", status: 200 });
    for (const { certificate } of server.calls) expect(certificate).toContain(subject.organizationIdentifier);
    expect(await beginPlanned(ctx)).toEqual([]);
  });

  it("other terms change the client that is there, under a management token that changes with every use", async () => {
    const before = clientIdOf(await listRegistrations(ctx.db));
    for (const page of ["two", "three"]) {
      await applyDesiredState(ctx, wanted(page), "a test");
      const registrations = await converge();
      expect(registrations[0]?.registration).toMatchObject({ status: "completed", replaces: registrations[1]?.registration.registrationId });
      expect(clientIdOf(registrations)).toBe(before);
      expect(await server.client(before)).toMatchObject({ redirect_uris: [redirect(page)] });
    }
  });

  it("a client changed behind our back is seen and repaired", async () => {
    const clientId = clientIdOf(await listRegistrations(ctx.db));
    await server.change(clientId, { redirect_uris: ["https://elsewhere.example/"] });
    expect(await checkDrift(ctx, 900)).toMatchObject([{ found: "drifted", fields: ["redirectUris"] }]);
    await converge();
    expect(await server.client(clientId)).toMatchObject({ redirect_uris: [redirect("three")] });
    // Each reading renews the management token; what it was before opens nothing.
    for (let n = 0; n < 2; n += 1) expect(await checkDrift(ctx, 900)).toMatchObject([{ found: "as-registered" }]);
  });

  it("a server that drops a redirect URI fails the successor, and the client is as it was before", async () => {
    const clientId = clientIdOf(await listRegistrations(ctx.db));
    server.mischief.drops = redirect("dropped");
    await applyDesiredState(ctx, aDocument([{ aspsp: aspspId, redirectUris: [redirect("four"), redirect("dropped")] }]), "a test");
    const [failed, inUse] = await converge();
    expect(failed?.registration).toMatchObject({ status: "failed", errorCode: "ERR_REGISTRATION_INCOMPLETE" });
    expect(inUse?.registration.status).toBe("completed");
    expect(await server.client(clientId)).toMatchObject({ redirect_uris: [redirect("three")] });
    delete server.mischief.drops;
    await applyDesiredState(ctx, wanted("three"), "a test");
    expect(await checkDrift(ctx, 900)).toMatchObject([{ found: "as-registered" }]);
    expect((await gateway.app.context.banks.active(aspspId)).registrationId).toBe(inUse?.registration.registrationId);
    expect(server.clientIds()).toEqual([clientId]);
  });

  it("a lost answer to a change makes no second client; deleted there, it is registered anew", async () => {
    const [before = ""] = server.clientIds();
    server.mischief.losesAnswersTo = "PUT /reg";
    await applyDesiredState(ctx, wanted("five"), "a test");
    const [lost] = await converge();
    delete server.mischief.losesAnswersTo;
    expect(lost?.registration).toMatchObject({ status: "running", errorCode: "ERR_ASPSP_UNAVAILABLE" });
    const { registrationId } = lost?.registration ?? { registrationId: "" };
    // The server has renewed the token in the answer that was lost.
    expect(await server.client(before)).toMatchObject({ redirect_uris: [redirect("five")] });
    for (let n = 0; n < 2; n += 1)
      expect(await advanceRegistration(ctx, registrationId)).toMatchObject({ kind: "postponed", error: { code: "ERR_REGISTRATION_MANAGEMENT_REFUSED" } });
    expect(server.clientIds()).toEqual([before]);
    server.remove(before);
    while ((await advanceRegistration(ctx, registrationId)).kind === "step-done");
    const registrations = await listRegistrations(ctx.db);
    expect(registrations[0]?.registration.status).toBe("completed");
    expect(server.clientIds()).toEqual([clientIdOf(registrations)]);
    expect(server.clientIds()).not.toEqual([before]);
  });

  it("a lost answer to a registration makes no second client and waits for an operator", async () => {
    const [known = ""] = server.clientIds();
    server.remove(known);
    server.mischief.losesAnswersTo = "POST /reg";
    await applyDesiredState(ctx, wanted("six"), "a test");
    const [lost] = await converge();
    delete server.mischief.losesAnswersTo;
    const { registrationId } = lost?.registration ?? { registrationId: "" };
    expect(lost?.registration).toMatchObject({ status: "running", errorCode: "ERR_ASPSP_UNAVAILABLE" });
    expect(await advanceRegistration(ctx, registrationId)).toMatchObject({ kind: "failed", error: { code: "ERR_REGISTRATION_OUTCOME_UNKNOWN" } });
    const [orphan = "", ...others] = server.clientIds();
    expect(others).toEqual([]);
    expect(await beginPlanned(ctx)).toEqual([]);
    await applyDesiredState(ctx, wanted("seven"), "a test");
    expect(await beginPlanned(ctx)).toEqual([]);

    server.remove(orphan);
    const again = await retryRegistration(ctx, registrationId);
    while ((await advanceRegistration(ctx, again.registration.registrationId)).kind === "step-done");
    expect((await listRegistrations(ctx.db))[0]?.registration.status).toBe("completed");
    expect(server.clientIds()).toHaveLength(1);
  });

  it("leaving deletes the client there", async () => {
    const clientId = clientIdOf(await listRegistrations(ctx.db));
    await applyDesiredState(ctx, aDocument([{ aspsp: aspspId, state: "absent" }]), "a test");
    const [last] = await converge();
    expect(last?.registration.status).toBe("ended");
    expect(await server.client(clientId)).toBeUndefined();
  });
});

function adapterFor(server: IndependentServer, authentication: "tls_client_auth" | "private_key_jwt", trustedRootsPath: string): BankAdapter {
  return {
    profile: {
      aspspId,
      name: "Independent",
      bic: undefined,
      countries: ["FI"],
      environment: "sandbox",
      scaApproach: "redirect",
      historyDays: 90,
      consentMaxDays: 90,
      entryReferencesStable: true,
      origins: [server.issuer],
      resourceOrigins: [server.issuer],
      trustedRootsPath,
      allowLegacySha1ClientCertificate: false,
      signingAlgorithms: ["PS256"],
    },
    oauth: {
      issuer: server.issuer,
      endpoints: { tokenUrl: new URL(server.tokenUrl), jwksUrl: new URL(server.jwksUrl) },
      clientAuthentication: authentication,
      approach: "redirect",
      request: "by-value",
      responseType: "code",
      responseMode: "query",
      pkce: "none",
      senderConstraint: "none",
      userinfo: "none",
      issInResponse: true,
      idTokenAlgorithms: ["RS256"],
      acrValues: [],
      intentClaim: "intent",
      clientScope: "accounts",
      consentScope: ["openid", "accounts"],
      readTokenAnswer,
    },
    psuHeaders: () => ({}),
    callHeaders: () => ({ accept: "application/json" }),
    translateRefusal: translateUkRefusal,
    registration: dcrScheme({
      registrationUrl: server.registrationUrl,
      audience: server.issuer,
      request: "application/json",
      statement: "self",
      management: "registration-access-token",
      authentication,
      subjectSpelling: "text",
      responseTypes: ["code"],
      idTokenAlgorithm: "RS256",
    }),
  };
}
