import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff, Moon, Sun, SunMoon } from "lucide-react";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { type Theme, usePreferences } from "../../preferences/preferences.ts";
import { IconButton } from "../../ui/button.tsx";

const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: SunMoon, light: Sun, dark: Moon };

export function ThemeButton() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const { theme } = usePreferences();
  const Icon = icons[theme];
  const names: Record<Theme, string> = { system: t`Theme: as the system`, light: t`Theme: light`, dark: t`Theme: dark` };
  return (
    <IconButton label={names[theme]} onClick={() => changePreferences(queryClient, { theme: next[theme] })}>
      <Icon size={20} strokeWidth={1.75} />
    </IconButton>
  );
}

export function PrivacyButton() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const { privacy } = usePreferences();
  const Icon = privacy ? EyeOff : Eye;
  return (
    <IconButton
      label={t`Hide amounts`}
      aria-pressed={privacy}
      className="aria-pressed:text-accent"
      onClick={() => changePreferences(queryClient, { privacy: !privacy })}
    >
      <Icon size={20} strokeWidth={1.75} />
    </IconButton>
  );
}
