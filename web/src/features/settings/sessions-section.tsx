import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { auth } from "../../api/auth.ts";
import { askSecurity, securityQueries, type Session } from "../../api/security.ts";
import { useSignOut } from "../../session/use-sign-out.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Failure } from "./failure.tsx";
import { Row } from "./row.tsx";

/** Where the person is signed in. */
export function SessionsSection() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  const sessions = useQuery(securityQueries.sessions()).data?.sessions ?? [];
  const again = { onSuccess: () => queryClient.invalidateQueries({ queryKey: ["sessions"] }) };
  const leave = useMutation({ mutationFn: signOut });
  const end = useMutation({ mutationFn: (sessionId: string) => askSecurity("endSession", { params: { sessionId } }), ...again });
  const elsewhere = useMutation({ mutationFn: () => auth("signOutElsewhere"), ...again });
  const others = sessions.filter(({ current }) => !current);
  const deviceName = ({ device: { browser, system } }: Session): string => {
    if (browser !== null && system !== null) return t`${browser} on ${system}`;
    return browser ?? system ?? t`Unknown device`;
  };
  return (
    <SectionCard title={<Trans>Sessions</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>This device</Trans>} about={<Trans>Signing out forgets everything of you in this browser.</Trans>}>
          <Button busy={leave.isPending} onClick={() => leave.mutate()}>
            <Trans>Sign out</Trans>
          </Button>
        </Row>
        {others.map((session) => (
          <Row
            key={session.sessionId}
            name={deviceName(session)}
            about={
              <>
                <Trans>
                  Last seen <Age at={session.lastSeenAt} />
                </Trans>
                {session.place !== null && t`, from the network ${session.place}`}
              </>
            }
          >
            <Button
              busy={end.isPending && end.variables === session.sessionId}
              onClick={() => end.mutate(session.sessionId)}
              aria-label={t`Sign out ${deviceName(session)}`}
            >
              <Trans>Sign out</Trans>
            </Button>
          </Row>
        ))}
        <Row name={<Trans>Everywhere else</Trans>} about={<Trans>For a lost phone, or a computer you forgot to sign out of.</Trans>}>
          <Button busy={elsewhere.isPending} onClick={() => elsewhere.mutate()}>
            <Trans>Sign out elsewhere</Trans>
          </Button>
        </Row>
        <p role="status" className="px-4 text-12 text-muted not-empty:pb-4 sm:px-6">
          {elsewhere.isSuccess && <Trans>Every other session has ended</Trans>}
        </p>
        <Failure error={leave.error ?? end.error ?? elsewhere.error} />
      </div>
    </SectionCard>
  );
}
