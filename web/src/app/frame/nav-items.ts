import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ChartNoAxesCombined, House, KeyRound, Landmark, type LucideIcon, ReceiptText, Send } from "lucide-react";

export interface NavItem {
  readonly to: "/" | "/transactions" | "/insights" | "/payments" | "/permissions" | "/operator/{-$page}";
  readonly name: MessageDescriptor;
  readonly icon: LucideIcon;
  /** Second key after `g`. */
  readonly key: string;
}

export const navItems: readonly NavItem[] = [
  { to: "/", name: msg`Overview`, icon: House, key: "o" },
  { to: "/transactions", name: msg`Transactions`, icon: ReceiptText, key: "t" },
  { to: "/insights", name: msg`Insights`, icon: ChartNoAxesCombined, key: "i" },
  { to: "/payments", name: msg`Payments`, icon: Send, key: "y" },
  { to: "/permissions", name: msg`Permissions`, icon: KeyRound, key: "p" },
];

/** Beside the others, for operators only. */
export const operatorItem: Omit<NavItem, "key"> = { to: "/operator/{-$page}", name: msg`Operator`, icon: Landmark };
