import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { noteReachable } from "../api/connection-state.ts";
import { followLive } from "../api/live.ts";
import { queries } from "../api/queries.ts";
import { adoptPreferences } from "../preferences/change-preferences.ts";

let adoptedFor: string | undefined;

/** While a person is signed in: changes stream in, and what they set on another device holds here too. */
export function useLiveSession(): void {
  const queryClient = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    const me = queryClient.getQueryData(queries.me().queryKey);
    if (me === undefined || adoptedFor === me.psuId) return;
    adoptedFor = me.psuId;
    adoptPreferences(me);
  }, [queryClient]);
  useEffect(() => {
    const online = (): void => noteReachable(true);
    const offline = (): void => noteReachable(false);
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
    };
  }, []);
  useEffect(
    () =>
      followLive(queryClient, () => {
        queryClient.clear();
        void router.navigate({ to: "/sign-in", search: {} });
      }),
    [queryClient, router],
  );
}
