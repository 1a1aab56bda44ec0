import type { Executor } from "@opl/postgres";
import type { BankConsent } from "../db/consent-store.ts";
import type { Tables } from "../db/tables.ts";
import type { VerifierProbeRow } from "../db/verifier-probe-store.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { psuOwner } from "./vault.ts";
import type { SealedValue, SecretSlot, Vault } from "./vault.ts";

type Belonging = Pick<BankConsent, "psuId" | "aspspId" | "consentId" | "kind">;

const purposes = { accounts: "tokens", payments: "payment-tokens", funds: "funds-tokens" } as const;

/** Tokens of a consent, sealed under the person's own key. */
export function sealTokens(vault: Vault, consent: Belonging, tokens: TokenSet): Promise<SealedValue> {
  return vault.seal(tokenSlot(consent), JSON.stringify(tokens));
}

export async function openTokens(vault: Vault, consent: Belonging, value: SealedValue, lookup?: Executor<Tables>): Promise<TokenSet> {
  return readTokens(await vault.open(tokenSlot(consent), value, lookup));
}

/** What an authorization under way needs to be finished: the verifier of PKCE, or the bank's name of a decoupled request. */
export interface OpenSecrets {
  readonly codeVerifier?: string | undefined;
  readonly authRequestId?: string | undefined;
}

export function sealOpenAuthorization(vault: Vault, consent: Belonging, secrets: OpenSecrets): Promise<SealedValue> {
  return vault.seal(openSlot(consent), JSON.stringify(secrets));
}

export async function openOpenAuthorization(vault: Vault, consent: Belonging, value: SealedValue): Promise<OpenSecrets> {
  return JSON.parse((await vault.open(openSlot(consent), value)).toString("utf8")) as OpenSecrets;
}

/** What one try whether a bank compares the verifier is finished with. */
export interface ProbeSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}
type Probe = Pick<VerifierProbeRow, "aspspId" | "lie">;

export function sealVerifierProbe(vault: Vault, probe: Probe, secrets: ProbeSecrets): Promise<SealedValue> {
  return vault.seal(probeSlot(probe), JSON.stringify(secrets));
}

export async function openVerifierProbe(vault: Vault, probe: Probe, value: SealedValue): Promise<ProbeSecrets> {
  return JSON.parse((await vault.open(probeSlot(probe), value)).toString("utf8")) as ProbeSecrets;
}

type Revocation = Pick<BankConsent, "aspspId" | "aspspConsentId">;

/** The token of an ended consent, sealed under a key of the gateway: it has to outlive the person's. */
export function sealRevocation(vault: Vault, revocation: Revocation, tokens: TokenSet | null, lookup?: Executor<Tables>): Promise<SealedValue> {
  return vault.seal(revocationSlot(revocation), JSON.stringify(tokens), lookup);
}

export async function openRevocation(vault: Vault, revocation: Revocation, value: SealedValue): Promise<TokenSet | undefined> {
  const plain = await vault.open(revocationSlot(revocation), value);
  return plain.toString("utf8") === "null" ? undefined : readTokens(plain);
}

function readTokens(plain: Buffer): TokenSet {
  const stored = JSON.parse(plain.toString("utf8")) as Omit<TokenSet, "accessExpiresAt"> & { accessExpiresAt: string };
  return { ...stored, accessExpiresAt: Temporal.Instant.from(stored.accessExpiresAt), refreshToken: stored.refreshToken, subject: stored.subject };
}

function tokenSlot({ psuId, aspspId, consentId, kind }: Belonging): SecretSlot {
  return { owner: psuOwner(psuId), purpose: purposes[kind], aspspId, subject: consentId };
}

function openSlot({ psuId, aspspId, consentId }: Belonging): SecretSlot {
  return { owner: psuOwner(psuId), purpose: "tokens", aspspId, subject: `${consentId} open` };
}

function probeSlot({ aspspId, lie }: Probe): SecretSlot {
  return { owner: "tpp", purpose: "tpp-secrets", aspspId, subject: `verifier probe ${lie}` };
}

function revocationSlot({ aspspId, aspspConsentId }: Revocation): SecretSlot {
  return { owner: "tpp", purpose: "revocations", aspspId, subject: aspspConsentId };
}
