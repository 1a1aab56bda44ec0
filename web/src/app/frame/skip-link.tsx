import { Trans } from "@lingui/react/macro";

/** The first stop of the Tab key: past everything that is the same on every page. */
export function SkipLink() {
  return (
    <a href="#content" className="absolute left-4 top-2 z-50 -translate-y-16 rounded-8 bg-accent px-4 py-2 text-14 font-500 text-on-accent focus:translate-y-0">
      <Trans>Skip to content</Trans>
    </a>
  );
}
