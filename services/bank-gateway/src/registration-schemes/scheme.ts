import type { ClientInformation, RegistrationScheme as SchemeName, RegistrationTerms, TppRole } from "@opl/contracts/model";
import type { Jwk, JwsAlgorithm } from "@opl/fapi";
import type { BankCalls, Sign } from "../adapters/bank-adapter.ts";
import type { ClientCredentials } from "../banks/credentials.ts";
import type { TppKey } from "../banks/keys.ts";
import type { OutsideCall, OutsideParty } from "../egress/outside.ts";
import type { TokenSet } from "../domain/token-set.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import type { Creation } from "./create-once.ts";

/** What a scheme works with at one bank: our keys and the ways out under them, never a database. */
export interface AtBank {
  readonly now: Temporal.Instant;
  /** A UUID of version 4, as the UK wants it. */
  readonly newJti: () => string;
  readonly keys: readonly TppKey[];
  /** With our QSealC. */
  readonly sign: Sign;
  /** How that signs. */
  readonly signingAlgorithm: () => JwsAlgorithm;
  /** With our certificate alone. */
  readonly calls: BankCalls;
  /** To somebody who is no bank. */
  readonly outside: (party: OutsideParty) => OutsideCall;
}

/** The same, once the bank knows us. */
export interface AtBankAsClient extends AtBank {
  readonly credentials: ClientCredentials;
  readonly tokens: TokenEndpoint;
  /** One that the registration has. */
  readonly scope: string;
  /** With a token that is sent to this origin only. */
  readonly callsWith: (token: BoundToken, origin: string) => BankCalls;
}

/** A token with the key it is bound to, where it is bound to one. */
export type BoundToken = Pick<TokenSet, "accessToken" | "proofKey">;

export interface IssuedCertificates {
  readonly tppId: string | undefined;
  readonly publicJwksUrl: string;
  readonly privateKeys: readonly Jwk[];
}

/** How the bank's certificates, or our own, name us. */
export interface TppNames {
  readonly tppId: string;
  readonly organizationIdentifier: string;
  readonly publicJwksUrl: string;
}

export interface StatementInput extends TppNames {
  readonly softwareClientId: string;
  readonly terms: RegistrationTerms;
  /** The statement of our registration at this bank before this one. */
  readonly previousStatement: string | undefined;
  /** Thumbprints of own certificates that no registration uses any more. */
  readonly retired: ReadonlySet<string>;
}

/** Something of ours in signed form. */
export interface SignedMessage {
  readonly message: string;
  readonly kid: string;
  readonly algorithm: string;
  readonly expiresAt: Temporal.Instant;
}

export interface SoftwareStatement extends SignedMessage {
  /** Key ids the directory gave, by thumbprint of the certificate. */
  readonly kids?: ReadonlyMap<string, string>;
}

export interface RequestInput {
  readonly softwareStatement: string;
  readonly terms: RegistrationTerms;
}

export interface SubmitInput {
  /** Absent in schemes that build none. */
  readonly registrationRequest: string | undefined;
  /** Our standing under the registration this one takes over from, while that can still be used. */
  readonly replaced: AtBankAsClient | undefined;
  /** What an operator typed in, for this registration or for one that it takes over from with newer certificates alone. */
  readonly entered: ClientCredentials | undefined;
  /** For the request that makes a new client. */
  readonly creation: Creation;
}

export interface RegisteredClient {
  readonly client: ClientInformation;
  readonly credentials: ClientCredentials;
}

/** What the bank says of us now; `client` is there where it shows it, with credentials it may have renewed on the way. */
export type Standing = ({ readonly standing: "known" } & RegisteredClient) | { readonly standing: "unreadable" | "unknown"; readonly client: null };

/**
 * How one family of banks gets to know us. A step the scheme does not have is absent; without `submit` the certificate is the
 * client. Refusals are thrown as the closed set of ERR_ASPSP_ codes: a final kind ends the saga, any other one is tried again.
 */
export interface RegistrationScheme {
  readonly name: SchemeName;
  /** The key that opens the developer interfaces before there is a registration. */
  readonly portalApiKey?: string;
  /** Where the bank makes our certificates; elsewhere our own are taken. */
  issueCertificates?(calls: BankCalls, input: { country: string; commonName: string; roles: readonly TppRole[] }): Promise<IssuedCertificates>;
  softwareStatement?(at: AtBank, input: StatementInput): Promise<SoftwareStatement>;
  registrationRequest?(at: AtBank, input: RequestInput): Promise<SignedMessage>;
  submit?(at: AtBank, input: SubmitInput): Promise<RegisteredClient>;
  /** Changes the client that is there. @returns nothing where it is gone, or cannot be changed */
  change?(at: AtBankAsClient, registrationRequest: string): Promise<RegisteredClient | undefined>;
  /** Proves that the bank serves us. */
  validate(at: AtBankAsClient, scope: string): Promise<void>;
  read(at: AtBankAsClient): Promise<Standing>;
  /** @returns whether the bank was told; most have no way to be */
  end(at: AtBankAsClient): Promise<boolean>;
}
