import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { send } from "../api/client.ts";
import { signOutPath } from "../api/routes.ts";

/** Ends the session here and forgets everything of the person in this tab (US-28). */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async () => {
    // Beside it Welcome's code, so that nothing of the person stands on the screen while that loads; that it cannot be had does not keep anybody in.
    const welcome = router.loadRouteChunk(router.routesByPath["/welcome"])?.catch(() => undefined);
    await Promise.all([send("POST", signOutPath), welcome]);
    queryClient.clear();
    await router.navigate({ to: "/welcome", replace: true });
  };
}
