import { send } from "./client.ts";

/** Sign-up, sign-in and sessions are the login library's, under `/api/auth`. */
export const auth = {
  /** The answer is the same whether the address is new or taken; it gives no session. */
  signUp: (input: { name: string; email: string; password: string }) => send("POST", "/api/auth/sign-up/email", { body: input }),
  signIn: ({ email, password }: { email: string; password: string }) => send("POST", "/api/auth/sign-in/email", { body: { email, password } }),
  /** Ends every session of the person but this one. */
  signOutElsewhere: () => send("POST", "/api/auth/revoke-other-sessions"),
  signOut: () => send("POST", "/api/auth/sign-out"),
};
