import { randomUUID, type KeyObject } from "node:crypto";
import { CompactSign } from "jose";
import type { Agent } from "undici";
import type { TestBank } from "./bank.ts";
import { agentOf, directory, hold, organizationIdentifier, roleOids, type Held } from "./qualified-tpp.ts";
import { call, type Answer } from "./tpp.ts";

export interface Registration {
  readonly client_id: string;
  readonly client_id_issued_at: number;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly [claim: string]: unknown;
}

export const callback = "https://ledger.example/callback";
export const subjectDn = "CN=ledger.example,organizationIdentifier=PSDFI-FINFSA-1234567-8,O=Example Ledger Oy,C=FI";

interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
  readonly error?: string;
}

/** A third party known to the directory, with a QWAC for connections and an RSA seal for signatures. */
export class UkTpp {
  readonly bank: TestBank;
  readonly qwac: Held;
  readonly seal: Held;
  readonly sealKid: string;
  readonly path: string;
  readonly softwareId: string;
  readonly agent: Agent;

  private constructor(bank: TestBank, made: { qwac: Held; seal: Held; sealKid: string; path: string; softwareId: string }) {
    this.bank = bank;
    this.qwac = made.qwac;
    this.seal = made.seal;
    this.sealKid = made.sealKid;
    this.path = made.path;
    this.softwareId = made.softwareId;
    this.agent = agentOf(bank, made.qwac);
  }

  static async make(
    bank: TestBank,
    { roles = ["AISP", "PISP", "CBPII"], pspRoles = [roleOids.AI, roleOids.PI] as readonly string[], identifier = organizationIdentifier } = {},
  ): Promise<UkTpp> {
    const [qwac, seal] = await Promise.all([hold(bank, { identifier, roles: pspRoles }), hold(bank, { identifier, type: "eseal", key: "RSA" })]);
    const organisation = await directory<{ org_id: string }>(bank, "POST", "/organisation/tpp", {
      organization_identifier: identifier,
      org_name: "Example Ledger Oy",
      roles: ["AISP", "PISP", "CBPII"],
    });
    const collection = `/organisation/tpp/${organisation.body.org_id}/software-statement`;
    const software = await directory<{ software_id: string }>(bank, "POST", collection, {
      software_client_name: "One Point Ledger",
      software_client_uri: "https://ledger.example",
      software_redirect_uris: [callback, `${callback}/second`, "http://localhost:9/callback"],
      software_roles: roles,
    });
    const path = `${collection}/${software.body.software_id}`;
    const pem = { "content-type": "application/x-pem-file" };
    await directory(bank, "POST", `${path}/certificate`, qwac.chain, pem);
    const uploaded = await directory<{ kid: string }>(bank, "POST", `${path}/certificate`, seal.chain, pem);
    return new UkTpp(bank, { qwac, seal, sealKid: uploaded.body.kid, path, softwareId: software.body.software_id });
  }

  async statement(): Promise<string> {
    return (await directory(this.bank, "GET", `${this.path}/software-statement-assertion`)).text;
  }

  async claims(overrides: object = {}): Promise<Record<string, unknown>> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.softwareId,
      iat: now,
      exp: now + 300,
      aud: this.bank.endpoints.uk.bankId,
      jti: randomUUID(),
      redirect_uris: [callback],
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_subject_dn: subjectDn,
      grant_types: ["client_credentials", "authorization_code", "refresh_token"],
      response_types: ["code id_token"],
      software_id: this.softwareId,
      scope: "openid accounts payments",
      software_statement: await this.statement(),
      application_type: "web",
      id_token_signed_response_alg: "PS256",
      request_object_signing_alg: "PS256",
      ...overrides,
    };
  }

  async sign(claims: object, { key = this.seal.key, header = {} }: { key?: KeyObject; header?: object } = {}): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: "PS256", kid: this.sealKid, typ: "JWT", ...header }).sign(key);
  }

  async register<T = Registration>(overrides: object = {}, signing: { key?: KeyObject; header?: object } = {}): Promise<Answer<T>> {
    return this.post<T>(await this.sign(await this.claims(overrides), signing));
  }

  async post<T = Registration>(body: string, type = "application/jwt", agent = this.agent): Promise<Answer<T>> {
    return call<T>(this.bank.endpoints.uk.registrationUrl, { method: "POST", headers: { "content-type": type, accept: "application/json" }, body, agent });
  }

  /** Registered, or an error with what the bank said. */
  async registered(overrides: object = {}): Promise<Registration> {
    const answer = await this.register(overrides);
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body;
  }

  async token(
    fields: Record<string, string>,
    { agent = this.agent, headers = {} }: { agent?: Agent; headers?: Record<string, string> } = {},
  ): Promise<Answer<TokenAnswer>> {
    return call<TokenAnswer>(this.bank.endpoints.uk.tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "accounts", ...fields }).toString(),
      agent,
    });
  }

  async assertion(clientId: string, overrides: object = {}, signing: { key?: KeyObject; header?: object } = {}): Promise<Record<string, string>> {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: clientId, sub: clientId, aud: this.bank.endpoints.uk.tokenUrl, jti: randomUUID(), iat: now, exp: now + 60, ...overrides };
    return { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: await this.sign(claims, signing) };
  }

  /** A call about a registration. */
  async manage<T = Registration>(
    method: string,
    clientId: string,
    token: string,
    { body, agent = this.agent }: { body?: string; agent?: Agent } = {},
  ): Promise<Answer<T>> {
    return call<T>(`${this.bank.endpoints.uk.registrationUrl}/${clientId}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/jwt" }) },
      ...(body === undefined ? {} : { body }),
      agent,
    });
  }
}
