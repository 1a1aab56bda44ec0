import { constants, createPublicKey, randomUUID, verify } from "node:crypto";
import { visit } from "./browser.ts";
import { call, jwsOver, plainAgent, redirectUri, type Answer, type GeneratedKey, type Send, type TokenAnswer, type Tpp } from "./tpp.ts";

export const ainosCurrent = "FI8659986920068681";

export interface Payment {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly status: string;
  readonly paymentOrder: string;
  readonly payer?: { readonly iban: string };
  readonly submissions?: readonly Submission[];
  readonly [member: string]: unknown;
}

export interface Submission {
  readonly submissionId: string;
  readonly archiveId: string;
  readonly status: string;
}

export interface ApiError {
  readonly type: string;
  readonly message: string;
  readonly violations?: readonly { readonly type: string; readonly path?: string }[];
}

/** A payment within Finland that breaks no rule. */
export function sepaBody(overrides: object = {}): Record<string, unknown> {
  return { amountEUR: "12.50", payee: { iban: "FI2112345600000785", name: "Maija Mallikas" }, message: "Lunch", ...overrides };
}

export function foreignBody(overrides: object = {}): Record<string, unknown> {
  return {
    amount: "100.00",
    currency: "USD",
    payee: {
      name: "Example Corp",
      bankAccount: { id: "123456789", schemeName: "BBAN" },
      financialInstitution: { bic: "CHASUS33" },
      foreignAddress: { addressLine1: "1 Main Street", addressLine2: "New York", country: "US" },
    },
    message: "Invoice 7",
    ...overrides,
  };
}

interface Create {
  readonly token?: string;
  readonly key?: string | undefined;
  readonly path?: "/sepa-payments" | "/foreign-payments";
  readonly headers?: Record<string, string>;
  /** The body as it is sent, where that should not be what was signed. */
  readonly sent?: string;
  readonly signer?: GeneratedKey;
}

/** The payment side of a third party, by hand from the wire on. */
export class Payer {
  readonly tpp: Tpp;

  constructor(tpp: Tpp) {
    this.tpp = tpp;
  }

  clientToken(): Promise<string> {
    return this.tpp.clientToken("payments");
  }

  api<T = Payment>(path: string, token: string, options: Send = {}): Promise<Answer<T>> {
    return this.tpp.api<T>(path, token, options, this.tpp.bank.endpoints.pisBaseUrl);
  }

  /** P1 or P5, signed. */
  async create<T = Payment>(
    body: object = sepaBody(),
    { token, key = randomUUID(), path = "/sepa-payments", headers, sent, signer = this.tpp.seal }: Create = {},
  ): Promise<Answer<T>> {
    const text = JSON.stringify(body);
    return this.api<T>(path, token ?? (await this.clientToken()), {
      method: "POST",
      body: sent ?? text,
      headers: { "x-idempotency-key": key, "x-jws-signature": detached(text, signer), ...headers },
    });
  }

  authorizeUrl(authorizationId: string, overrides: object = {}, scope = "openid payments"): string {
    return this.tpp.authorizeUrl(this.tpp.requestObject(authorizationId, { scope, ...overrides }), { query: { scope } });
  }

  /** The person logs in, approves and comes back with a code, which is exchanged. */
  async approve(
    authorizationId: string,
    { psuId = "88888881", accountId, scope }: { psuId?: string; accountId?: string; scope?: string } = {},
  ): Promise<TokenAnswer> {
    const { parameters } = await visit(this.authorizeUrl(authorizationId, {}, scope), {
      psuId,
      ...(accountId === undefined ? {} : { only: { account: [accountId] } }),
    });
    const answer = await this.tpp.token({ grant_type: "authorization_code", code: parameters.get("code") ?? "", redirect_uri: redirectUri });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body;
  }

  /** A payment approved by a person, with their token. */
  async approved(
    body: object = sepaBody(),
    options: Create & { psuId?: string; accountId?: string } = {},
  ): Promise<{ payment: Payment; token: string; tokens: TokenAnswer }> {
    const { psuId, accountId, ...create } = options;
    const answer = await this.create(body, create);
    if (answer.status !== 201) throw new Error(answer.text);
    const tokens = await this.approve(answer.body.authorizationId, {
      ...(psuId === undefined ? {} : { psuId }),
      ...(accountId === undefined ? {} : { accountId }),
    });
    return { payment: answer.body, token: tokens.access_token, tokens };
  }

  submit<T = Submission>(
    { paymentId, paymentType }: Payment,
    token: string,
    { submissionId = randomUUID(), scenario, method = "PUT" }: { submissionId?: string; scenario?: string; method?: "PUT" | "GET" } = {},
  ): Promise<Answer<T>> {
    const path = `/${paymentType === "ForeignPayment" ? "foreign" : "sepa"}-payments/${paymentId}/submissions/${submissionId}`;
    return this.api<T>(path, token, { method, headers: scenario === undefined ? {} : { "x-sandbox-scenario": scenario } });
  }

  async payment(paymentId: string, query = ""): Promise<Payment> {
    return (await this.api(`/sepa-payments/${paymentId}${query}`, await this.clientToken())).body;
  }

  async bundleStatus(authorizationId: string): Promise<unknown> {
    return (await this.api<{ status: string }>(`/authorizations/${authorizationId}`, await this.clientToken())).body.status;
  }

  /** The keys behind the bank's signatures. */
  async keys(): Promise<readonly Record<string, unknown>[]> {
    const { bank } = this.tpp;
    return (await call<{ keys: Record<string, unknown>[] }>(bank.endpoints.paymentsJwksUrl, { agent: plainAgent(bank) })).body.keys;
  }

  /** Whether the answer is signed over exactly its bytes by a published key. */
  async verifies(answer: Answer<unknown>): Promise<boolean> {
    const [head = "", payload, signature = ""] = String(answer.headers["x-jws-signature"] ?? "").split(".");
    if (head === "" || payload !== "") return false;
    const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { alg: string; kid: string };
    const jwk = (await this.keys()).find((each) => each["kid"] === kid);
    if (jwk === undefined || alg !== "PS256") return false;
    const input = Buffer.from(`${head}.${Buffer.from(answer.text).toString("base64url")}`);
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return verify("sha256", input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, Buffer.from(signature, "base64url"));
  }
}

/** A detached JWS over exactly this text. */
export function detached(text: string, key: GeneratedKey, header: object = {}): string {
  const [head = "", , signature = ""] = jwsOver(text, key, { header }).split(".");
  return `${head}..${signature}`;
}
