import type { z } from "zod";
import type { BankAdapter } from "./bank-adapter.ts";
import { berlinGroupSandboxAdapter } from "./berlin-group-sandbox/adapter.ts";
import { berlinGroupSandboxSettings } from "./berlin-group-sandbox/settings.ts";
import { fapiSandboxAdapters } from "./fapi-sandbox/adapter.ts";
import { fapiSandboxSettings } from "./fapi-sandbox/settings.ts";
import { opAdapter } from "./op/adapter.ts";
import { opSettings } from "./op/settings.ts";
import { ukSandboxAdapter } from "./uk-sandbox/adapter.ts";
import { ukSandboxSettings } from "./uk-sandbox/settings.ts";

/** A bank as the composition root takes it: the variables it reads, and the adapter made from them unless they leave it out. */
interface AdapterEntry<Settings extends z.ZodObject> {
  readonly settings: Settings;
  readonly create: Create<Settings>;
}

/** Most folders are one bank; some are several that differ in their profile alone. */
type Create<Settings extends z.ZodObject> = (settings: z.output<Settings>) => BankAdapter | readonly BankAdapter[] | undefined;

function entry<Settings extends z.ZodObject>(settings: Settings, create: Create<Settings>): AdapterEntry<Settings> {
  return { settings, create };
}

/** Every bank we speak with: one line each. */
export const adapters = [
  entry(opSettings, opAdapter),
  entry(ukSandboxSettings, ukSandboxAdapter),
  entry(berlinGroupSandboxSettings, berlinGroupSandboxAdapter),
  entry(fapiSandboxSettings, fapiSandboxAdapters),
] as const;
