import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwkThumbprint, keyIdRules, parseCertificate } from "@opl/eidas";
import type { KeyIdRule } from "@opl/eidas";
import { makeQtsp } from "@opl/eidas/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { serveKeys } from "../../testing/key-set-server.ts";
import type { KeySetServer } from "../../testing/key-set-server.ts";
import { plant } from "../../testing/own-certificates.ts";
import { TestOrder } from "../../testing/payments.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";

/** OP as it is in production: it makes no certificates, and reads the key set we publish by the `kid` of what we sign. */
const folder = mkdtempSync(join(tmpdir(), "opl-key-ids-"));
let provider: Awaited<ReturnType<typeof makeQtsp>>;
let sandbox: Sandbox;
let published: KeySetServer;
let gateway: TestGateway;
/** Whose keys the server shows. */
let publisher: Pick<TestGateway, "as">;

beforeAll(async () => {
  provider = await makeQtsp();
  const roots = join(folder, "roots.pem");
  writeFileSync(roots, provider.rootPem);
  sandbox = await startSandbox({ SANDBOX_OP_TRUSTED_ROOTS_PATH: roots });
  published = await serveKeys(provider, async () => keysOf(publisher));
  const env = { OP_ENVIRONMENT: "production", OPL_TPP_JWKS_URL: published.url, OPL_QTSP_EST_URL: "", OPL_QTSP_TRUST_ANCHORS_PATH: roots };
  gateway = await startGateway(sandbox, { everyBank: true, env });
  publisher = gateway;
  for (const purpose of ["qwac", "qsealc"] as const) await plant(gateway, await provider.certify(purpose));
});
afterEach(() => void (publisher = gateway));
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await published?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function keysOf({ as }: Pick<TestGateway, "as">) {
  return (await as["tpp-registry"].listPublicKeys({})).keys.map(({ jwk }) => jwk);
}

/** A replica at which OP has a rule of its own. */
async function withRule(keyId: KeyIdRule) {
  const adapters = gateway.app.context.banks.adapters.map((adapter) =>
    adapter.profile.aspspId === "op" ? { ...adapter, profile: { ...adapter.profile, keyId } } : adapter,
  );
  const replica = await gateway.replica({ adapters });
  publisher = replica;
  return { ...replica, tokens: gateway.tokens, [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose]() };
}

const headerOf = (jws: string) => JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString()) as Record<string, unknown>;

function isSignedBy(jws: string, jwk: Readonly<Record<string, unknown>> | undefined): boolean {
  const [header, claims, signature = ""] = jws.split(".");
  return verify("sha256", Buffer.from(`${header}.${claims}`), createPublicKey({ key: jwk as never, format: "jwk" }), Buffer.from(signature, "base64url"));
}

describe("the ids of our keys", () => {
  const rules: readonly KeyIdRule[] = ["jwk-thumbprint", "certificate-thumbprint", "certificate-sha1", "purpose-and-serial"];

  it.each(rules)("follow %s where a bank wants it: registration, consent and payment are signed so and verify by our key set", async (rule) => {
    await using asked = await withRule(rule);
    const { certificates, statement, request, submission } = await register(asked);
    const seal = certificates.certificates.find(({ purpose }) => purpose === "qsealc");
    const kid = keyIdRules[rule](parseCertificate(seal?.chainPem[0] ?? ""), "qsealc");
    expect(seal?.kid).toBe(kid);
    const inSet = (await keysOf(asked)).filter((jwk) => jwk.kid === kid);
    expect(inSet).toHaveLength(1);
    for (const jws of [statement.softwareStatement, request.registrationRequest]) {
      expect(headerOf(jws)).toMatchObject({ kid });
      expect(isSignedBy(jws, inSet[0])).toBe(true);
    }
    expect(submission.client.clientId).toEqual(expect.any(String));

    // The bank looks the key up by the same name for each of these.
    const { redirectUrl, granted } = await connect(asked);
    expect(headerOf(new URL(redirectUrl).searchParams.get("request") ?? "")).toMatchObject({ kid });
    expect(granted.scope).toContain("accounts");
    expect((await (await TestOrder.of(asked)).initiate()).payment).toMatchObject({ status: "unauthorised" });
    // Assertions and pushed requests are signed by the library with this one.
    expect((await asked.app.context.banks.active("op")).signingKey().kid).toBe(kid);
  });

  it("of a bank with a rule of its own stand beside the usual ones; other banks keep those", async () => {
    const usual = await keysOf(gateway);
    await using asked = await withRule("certificate-thumbprint");
    const both = await keysOf(asked);
    expect(usual.map(({ kid }) => kid)).toEqual(usual.map((jwk) => jwkThumbprint(createPublicKey({ key: jwk, format: "jwk" }))));
    expect(both).toEqual(expect.arrayContaining(usual));
    expect(both.filter((jwk) => !usual.some(({ kid }) => kid === jwk.kid))).toEqual(usual.map((jwk) => ({ ...jwk, kid: jwk["x5t#S256"] })));
    const { certificates } = await saga(asked, "berlin-group-sandbox").certificates();
    expect(usual.map(({ kid }) => kid)).toContain(certificates.find(({ purpose }) => purpose === "qsealc")?.kid);
  });

  it("that follow a certificate: a key certified anew is published under both names, and the retired one says so", async () => {
    const first = await provider.certify("qsealc");
    const again = await provider.certify("qsealc", { privateKey: first.privateKey });
    for (const one of [first, again]) await plant(gateway, one);
    const thumbprints = [first, again].map(({ chainPem }) => parseCertificate(chainPem[0]).thumbprint);
    await using asked = await withRule("certificate-thumbprint");
    const { certificates } = await gateway.as.operator.listOwnCertificates({});
    const older = certificates.find(({ issued }) => issued?.thumbprint === thumbprints[0])?.certificateId ?? "";
    const { retiredAt } = await gateway.as.operator.retireCertificate({ params: { certificateId: older } });
    const { keys } = await asked.as["tpp-registry"].listPublicKeys({});
    const named = (kid: string) => keys.filter(({ jwk }) => jwk.kid === kid);
    expect(thumbprints.map((kid) => named(kid).map((each) => each.retiredAt))).toEqual([[retiredAt], [null]]);
    expect(named(jwkThumbprint(first.privateKey))).toEqual([
      expect.objectContaining({ retiredAt: null, jwk: expect.objectContaining({ "x5t#S256": thumbprints[1] }) }),
    ]);
  });
});
