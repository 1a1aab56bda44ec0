import type { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { BodyInputOf } from "@opl/contracts/http/route";
import type { startAuthentication, startRegistration } from "@simplewebauthn/browser";

/** What the server wants asked, as it came. */
type Options = Readonly<Record<string, unknown>>;
type Library = { readonly startRegistration: typeof startRegistration; readonly startAuthentication: typeof startAuthentication };
type PasskeyAnswer = BodyInputOf<(typeof signInRoutes)["signInByPasskey"]>["answer"];

/** Whether this browser knows passkeys at all; the build draws pages for those that do, which is nearly all. */
export function knowsPasskeys(): boolean {
  return typeof window === "undefined" || typeof window.PublicKeyCredential === "function";
}

/** The person closed the window of their browser or device: no reason for an error in red. */
export class PasskeyNotUsed extends Error {}

/** Has the device make a passkey. @throws PasskeyNotUsed */
export async function makePasskey(options: Options): Promise<PasskeyAnswer> {
  return orNotUsed(async ({ startRegistration }) =>
    startRegistration({ optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]["optionsJSON"] }),
  );
}

/** Has the device answer with a passkey it holds. @throws PasskeyNotUsed */
export async function answerByPasskey(options: Options): Promise<PasskeyAnswer> {
  return orNotUsed(async ({ startAuthentication }) =>
    startAuthentication({ optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]["optionsJSON"] }),
  );
}

/** The code for passkeys is fetched when somebody wants one. */
async function orNotUsed(use: (library: Library) => Promise<unknown>): Promise<PasskeyAnswer> {
  const library = await import("@simplewebauthn/browser");
  try {
    return (await use(library)) as PasskeyAnswer;
  } catch (cause) {
    throw new PasskeyNotUsed("no passkey was used", { cause });
  }
}
