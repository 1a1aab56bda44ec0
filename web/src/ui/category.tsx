import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  ArrowLeftRight,
  BriefcaseBusiness,
  BusFront,
  CircleEllipsis,
  Clapperboard,
  HeartPulse,
  House,
  Landmark,
  type LucideIcon,
  Repeat,
  ShoppingBag,
  ShoppingBasket,
  Users,
  Utensils,
} from "lucide-react";
import type { CategoryId } from "./category-ids.ts";
import { cx } from "./classes.ts";

interface Category {
  readonly name: MessageDescriptor;
  readonly icon: LucideIcon;
  /** Icon colour on a tint of the same hue. */
  readonly mark: string;
  /** The plain hue, for bars. */
  readonly fill: string;
}

/** Every category with its name, icon and hue. */
export const categories: Record<CategoryId, Category> = {
  income: { name: msg`Income`, icon: BriefcaseBusiness, mark: "bg-hue-6/15 text-hue-6", fill: "bg-hue-6" },
  housing: { name: msg`Housing`, icon: House, mark: "bg-hue-9/15 text-hue-9", fill: "bg-hue-9" },
  groceries: { name: msg`Groceries`, icon: ShoppingBasket, mark: "bg-hue-5/15 text-hue-5", fill: "bg-hue-5" },
  "eating-out": { name: msg`Eating out`, icon: Utensils, mark: "bg-hue-2/15 text-hue-2", fill: "bg-hue-2" },
  transport: { name: msg`Transport`, icon: BusFront, mark: "bg-hue-8/15 text-hue-8", fill: "bg-hue-8" },
  subscriptions: { name: msg`Subscriptions`, icon: Repeat, mark: "bg-hue-10/15 text-hue-10", fill: "bg-hue-10" },
  health: { name: msg`Health`, icon: HeartPulse, mark: "bg-hue-1/15 text-hue-1", fill: "bg-hue-1" },
  shopping: { name: msg`Shopping`, icon: ShoppingBag, mark: "bg-hue-12/15 text-hue-12", fill: "bg-hue-12" },
  leisure: { name: msg`Leisure`, icon: Clapperboard, mark: "bg-hue-11/15 text-hue-11", fill: "bg-hue-11" },
  family: { name: msg`Family`, icon: Users, mark: "bg-hue-3/15 text-hue-3", fill: "bg-hue-3" },
  finance: { name: msg`Loans and finance`, icon: Landmark, mark: "bg-hue-4/15 text-hue-4", fill: "bg-hue-4" },
  transfers: { name: msg`Own transfers`, icon: ArrowLeftRight, mark: "bg-hue-7/15 text-hue-7", fill: "bg-hue-7" },
  other: { name: msg`Other`, icon: CircleEllipsis, mark: "bg-sunken text-muted", fill: "bg-line-strong" },
};

/** The icon of a category on its tint. The name always stands beside it. */
export function CategoryMark({ category, size = "medium" }: { category: CategoryId | null; size?: "small" | "medium" }) {
  const { icon: Icon, mark } = categories[category ?? "other"];
  return (
    <span
      aria-hidden="true"
      className={cx("inline-flex shrink-0 items-center justify-center", size === "small" ? "size-6 rounded-[6px]" : "size-8 rounded-8", mark)}
    >
      <Icon size={16} strokeWidth={1.75} />
    </span>
  );
}
