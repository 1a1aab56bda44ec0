import type { Authority } from "../ca/authority.ts";
import type { Clock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import type { Gate } from "../http/gate.ts";
import type { SigningKey } from "../state/signing-key.ts";
import type { Organisations, SoftwareStore } from "./directory-store.ts";

/** Everything the trust service provider and the directory work with. */
export interface Trust extends Gate {
  readonly config: SandboxConfig;
  readonly clock: Clock;
  readonly authority: Authority;
  /** Where both are reached; filled in once the listener knows its port. */
  readonly address: { origin: string };
  readonly organisations: Organisations;
  readonly software: SoftwareStore;
  /** Signs software statements. */
  readonly key: SigningKey;
}
