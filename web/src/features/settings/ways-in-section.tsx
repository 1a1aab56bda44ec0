import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { askSecurity, type Passkey, securityQueries } from "../../api/security.ts";
import { knowsPasskeys, makePasskey } from "../../session/passkey.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Bone } from "../../ui/skeleton.tsx";
import { Failure } from "./failure.tsx";
import { Row } from "./row.tsx";

const SecondFactorDialog = lazy(() => import("./second-factor-dialog.tsx").then((module) => ({ default: module.SecondFactorDialog })));
const RecoveryCodesDialog = lazy(() => import("./recovery-codes-dialog.tsx").then((module) => ({ default: module.RecoveryCodesDialog })));
const PasswordDialog = lazy(() => import("./password-dialog.tsx").then((module) => ({ default: module.PasswordDialog })));
const PasskeyDialog = lazy(() => import("./passkey-dialog.tsx").then((module) => ({ default: module.PasskeyDialog })));

/** As high as what most people see here, so that what stands below stays where it is. */
const usualRows = [1, 2, 3, 4, 5];

type Shown = "second-factor" | "recovery-codes" | "password" | Passkey;

/** How the person gets in. Every change here asks first whether it is still them. */
export function WaysInSection() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const [shown, setShown] = useState<Shown>();
  const close = (): void => setShown(undefined);
  const security = useQuery(securityQueries.security()).data;
  const again = { onSuccess: () => queryClient.invalidateQueries({ queryKey: ["security"] }) };
  const add = useMutation({
    mutationFn: async () => {
      const { options } = await askSecurity("beginNewPasskey", {});
      return askSecurity("addPasskey", { body: { name: t`Passkey`, answer: await makePasskey(options) } });
    },
    ...again,
  });
  // By the click, never by a window that opens: each call makes a new secret, and only the last one counts.
  const beginFactor = useMutation({ mutationFn: () => askSecurity("beginSecondFactor", {}), onSuccess: () => setShown("second-factor") });
  const removeFactor = useMutation({ mutationFn: () => askSecurity("removeSecondFactor", {}), ...again });
  const removePassword = useMutation({ mutationFn: () => askSecurity("removePassword", {}), ...again });
  const link = useMutation({ mutationFn: () => askSecurity("beginLink", {}), onSuccess: ({ redirectUrl }) => window.location.assign(redirectUrl) });
  const unlink = useMutation({ mutationFn: () => askSecurity("removeLink", {}), ...again });
  const failed = [add, beginFactor, removeFactor, removePassword, link, unlink].find(({ isError }) => isError)?.error;
  return (
    <SectionCard title={<Trans>Signing in</Trans>} className="pb-1">
      <div className="mt-2">
        {security === undefined ? (
          <>
            {usualRows.map((row) => (
              <div key={row} className="flex h-24 items-center border-t px-4 first:border-t-0 sm:h-18 sm:px-6">
                <Bone className="h-10 w-full" />
              </div>
            ))}
          </>
        ) : (
          <>
            {security.passkeys.map((passkey) => (
              <Row
                key={passkey.passkeyId}
                name={passkey.name}
                about={
                  passkey.lastUsedAt === null ? (
                    <Trans>
                      Passkey, added <Age at={passkey.createdAt} />
                    </Trans>
                  ) : (
                    <Trans>
                      Passkey, last used <Age at={passkey.lastUsedAt} />
                    </Trans>
                  )
                }
              >
                <Button onClick={() => setShown(passkey)} aria-label={t`Change ${passkey.name}`}>
                  <Trans>Change</Trans>
                </Button>
              </Row>
            ))}
            {knowsPasskeys() && (
              <Row
                name={security.passkeys.length === 0 ? <Trans>Passkeys</Trans> : <Trans>Another passkey</Trans>}
                about={<Trans>Your fingerprint, face or screen lock instead of a password. Safe from guessing and from false pages.</Trans>}
              >
                <Button busy={add.isPending} onClick={() => add.mutate()}>
                  <Trans>Add a passkey</Trans>
                </Button>
              </Row>
            )}
            <Row
              name={<Trans>Password</Trans>}
              about={security.password ? <Trans>A new one signs every other device out.</Trans> : <Trans>You have none, and need none.</Trans>}
            >
              <div className="flex flex-wrap gap-3">
                {security.password && security.passkeys.length > 0 && (
                  <Button look="quiet" busy={removePassword.isPending} onClick={() => removePassword.mutate()}>
                    <Trans>Do without</Trans>
                  </Button>
                )}
                <Button onClick={() => setShown("password")}>{security.password ? <Trans>Change password</Trans> : <Trans>Set a password</Trans>}</Button>
              </div>
            </Row>
            {security.password && (
              <Row
                name={<Trans>Code besides the password</Trans>}
                about={
                  security.secondFactor ? (
                    <Trans>On: a password alone lets nobody in.</Trans>
                  ) : (
                    <Trans>From an authenticator app on your phone. Passkeys need none.</Trans>
                  )
                }
              >
                {security.secondFactor ? (
                  <Button busy={removeFactor.isPending} onClick={() => removeFactor.mutate()}>
                    <Trans>Switch off</Trans>
                  </Button>
                ) : (
                  <Button busy={beginFactor.isPending} onClick={() => beginFactor.mutate()}>
                    <Trans>Set up</Trans>
                  </Button>
                )}
              </Row>
            )}
            <Row
              name={<Trans>Recovery codes</Trans>}
              about={
                security.recoveryCodesLeft === 0 ? (
                  <Trans>The only way back when everything else is lost. You have none.</Trans>
                ) : (
                  <Trans>The way back when everything else is lost. {security.recoveryCodesLeft} are left.</Trans>
                )
              }
            >
              <Button onClick={() => setShown("recovery-codes")}>
                {security.recoveryCodesLeft === 0 ? <Trans>Make codes</Trans> : <Trans>Make new codes</Trans>}
              </Button>
            </Row>
            {security.singleSignOn !== null && (
              <Row name={security.singleSignOn.name} about={<Trans>Sign in here with your account there.</Trans>}>
                {security.singleSignOn.linked ? (
                  <Button busy={unlink.isPending} onClick={() => unlink.mutate()}>
                    <Trans>Unlink</Trans>
                  </Button>
                ) : (
                  <Button busy={link.isPending} onClick={() => link.mutate()}>
                    <Trans>Link</Trans>
                  </Button>
                )}
              </Row>
            )}
          </>
        )}
        <Failure error={failed} />
      </div>
      <Suspense fallback={null}>
        {shown === "second-factor" && beginFactor.data !== undefined && <SecondFactorDialog {...beginFactor.data} onClose={close} />}
        {shown === "recovery-codes" && <RecoveryCodesDialog onClose={close} />}
        {shown === "password" && <PasswordDialog onClose={close} />}
        {typeof shown === "object" && <PasskeyDialog passkey={shown} onClose={close} />}
      </Suspense>
    </SectionCard>
  );
}
