import { useParams } from "@tanstack/react-router";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { NoSuchPage } from "../../ui/no-such-page.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { NewPaymentPage } from "./new-payment-page.tsx";
import { OrderPage } from "./order-page.tsx";
import { PaymentsPage } from "./payments-page.tsx";
import { paymentsWords } from "./payments-words.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What was paid, a new payment, and one order on its way. */
export function PaymentsPages() {
  const { order } = useParams({ strict: false });
  const ready = usePageWords(paymentsWords);
  if (!ready) return <PaymentsLoading />;
  if (order === undefined) return <PaymentsPage />;
  if (order === "new") return <NewPaymentPage />;
  return uuid.test(order) ? <OrderPage key={order} paymentOrderId={order} /> : <NoSuchPage />;
}

/** Until the words are there, headings are only shapes. */
function PaymentsLoading() {
  return (
    <Loading className="space-y-6">
      <Bone className="h-9 w-64" />
      <Bone className="h-64 w-full rounded-12" />
    </Loading>
  );
}
