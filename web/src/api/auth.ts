import type { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { ResponseOf } from "@opl/contracts/http/route";
import { send } from "./client.ts";
import { type AskOf, signOutPath } from "./routes.ts";

type Routes = typeof signInRoutes;
type SignInOperation = keyof Routes;
type SignInAnswer<O extends SignInOperation> = ResponseOf<Routes[O]>;

/** Method and path of signing in and of proving who one is. Only types of the contract are shipped, so a test compares the two. */
export const signInPaths: Record<SignInOperation, readonly [method: string, path: string]> = {
  signUp: ["POST", "/api/auth/sign-up/email"],
  signIn: ["POST", "/api/auth/sign-in/email"],
  finishSignIn: ["POST", "/api/auth/sign-in/second-factor"],
  beginPasskeySignIn: ["POST", "/api/auth/passkeys/sign-in/options"],
  signInByPasskey: ["POST", "/api/auth/passkeys/sign-in"],
  beginPasskeySignUp: ["POST", "/api/auth/passkeys/sign-up/options"],
  signUpByPasskey: ["POST", "/api/auth/passkeys/sign-up"],
  enterAfterSignUp: ["POST", "/api/auth/passkeys/sign-up/enter"],
  beginRecovery: ["POST", "/api/auth/recovery"],
  finishRecovery: ["POST", "/api/auth/recovery/password"],
  getProvider: ["GET", "/api/auth/single-sign-on"],
  beginSingleSignOn: ["POST", "/api/auth/single-sign-on"],
  finishSingleSignOn: ["POST", "/api/auth/single-sign-on/return"],
  signOut: ["POST", signOutPath],
  signOutElsewhere: ["POST", "/api/auth/revoke-other-sessions"],
  confirmByPassword: ["POST", "/api/auth/confirm/password"],
  beginConfirmByPasskey: ["POST", "/api/auth/confirm/passkey/options"],
  confirmByPasskey: ["POST", "/api/auth/confirm/passkey"],
};

/** Signs up, in or out, or proves again who is here. */
export async function auth<O extends SignInOperation>(
  operation: O,
  ...[body]: AskOf<Routes[O]>["body"] extends undefined ? [] : [AskOf<Routes[O]>["body"]]
): Promise<SignInAnswer<O>> {
  const [method, path] = signInPaths[operation];
  return (await send(method, path, { body })) as SignInAnswer<O>;
}
