import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { send } from "../api/client.ts";
import { signOutPath } from "../api/routes.ts";

/** Ends the session here and forgets everything of the person in this tab (US-28). */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async () => {
    await send("POST", signOutPath);
    queryClient.clear();
    await router.navigate({ to: "/welcome", replace: true });
  };
}
