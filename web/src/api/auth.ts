import type { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { ResponseOf } from "@opl/contracts/http/route";
import { send } from "./client.ts";
import type { AskOf } from "./routes.ts";

type Routes = typeof signInRoutes;
type SignInOperation = keyof Routes;
type SignInAnswer<O extends SignInOperation> = ResponseOf<Routes[O]>;

/** Addresses of signing in and proving who one is; all are `POST`. Only types of the contract are shipped, so a test compares the two. */
export const signInPaths: Record<SignInOperation, string> = {
  signUp: "/api/auth/sign-up/email",
  signIn: "/api/auth/sign-in/email",
  signOut: "/api/auth/sign-out",
  signOutElsewhere: "/api/auth/revoke-other-sessions",
  confirmByPassword: "/api/auth/confirm/password",
};

/** Signs up, in or out, or proves again who is here. */
export async function auth<O extends SignInOperation>(
  operation: O,
  ...[body]: AskOf<Routes[O]>["body"] extends undefined ? [] : [AskOf<Routes[O]>["body"]]
): Promise<SignInAnswer<O>> {
  return (await send("POST", signInPaths[operation], { body })) as SignInAnswer<O>;
}
