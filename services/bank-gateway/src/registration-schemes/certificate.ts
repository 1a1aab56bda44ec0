import { isOplError } from "@opl/errors";
import { errors } from "../errors.ts";
import type { AtBank, RegistrationScheme } from "./scheme.ts";

export interface CertificateSettings {
  /** The resource of consents to read, in the form of the Berlin Group. */
  readonly consentsUrl: string;
}

/**
 * No registration at all: the bank gets to know us by the QWAC of our first call, as most Berlin Group banks do. The proof is a
 * question about a consent that nobody made; that the bank does not know it is the answer wanted.
 */
export function certificateScheme({ consentsUrl }: CertificateSettings): RegistrationScheme {
  const probe = async ({ calls, newJti }: AtBank): Promise<void> => {
    const url = new URL(`${consentsUrl}/${newJti()}`);
    try {
      await calls({ operation: "registration.probe", method: "GET", url, headers: { accept: "application/json", "x-request-id": newJti() } });
    } catch (error) {
      if (wordOf(error) === "CONSENT_UNKNOWN" || wordOf(error) === "RESOURCE_UNKNOWN") return;
      if (isOplError(error) && error.code === "ERR_ASPSP_TOKEN_INVALID") {
        throw errors.ERR_REGISTRATION_PENDING_AT_ASPSP({
          cause: error,
          retryAfterSeconds: 2,
          ...(error.details === undefined ? {} : { details: error.details }),
        });
      }
      throw explained(error);
    }
    throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "unknown-consent-found" } });
  };
  return {
    name: "certificate",
    validate: probe,
    async read(at) {
      try {
        await probe(at);
        return { standing: "unreadable", client: null };
      } catch (error) {
        if (isCertificateRefused(error)) return { standing: "unknown", client: null };
        throw error;
      }
    },
    // There is nothing to take back.
    end: async () => false,
  };
}

/** The bank's own word for a refusal. */
function wordOf(error: unknown): string | undefined {
  const reason = isOplError(error) ? error.details?.["reason"] : undefined;
  return typeof reason === "string" ? reason : undefined;
}

function isCertificateRefused(error: unknown): boolean {
  return isOplError(error) && error.code === "ERR_ASPSP_REJECTED" && wordOf(error)?.startsWith("CERTIFICATE_") === true;
}

/** Of the refusals that end a registration, those with a cause of ours say it. */
function explained(error: unknown): unknown {
  const word = wordOf(error);
  if (!isOplError(error) || error.code !== "ERR_ASPSP_REJECTED" || word === undefined) return error;
  const details = { ...error.details };
  if (isCertificateRefused(error))
    return errors.ERR_ASPSP_REJECTED({
      message: `The bank refuses our QWAC: ${word}. Request or import another one and register anew.`,
      cause: error,
      details,
    });
  if (word === "ROLE_INVALID")
    return errors.ERR_ASPSP_REJECTED({ message: "The bank does not find the role we need in our QWAC: ROLE_INVALID.", cause: error, details });
  return error;
}
