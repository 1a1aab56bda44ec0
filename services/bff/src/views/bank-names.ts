import type { Aspsp } from "@opl/contracts/model";

/** Looks up what a bank is called; its id stands in while the directory cannot be asked. */
export function bankNames(banks: readonly Aspsp[] | undefined): (aspspId: string) => string {
  const names = new Map(banks?.map((bank) => [bank.aspspId, bank.name]));
  return (aspspId) => names.get(aspspId) ?? aspspId;
}
