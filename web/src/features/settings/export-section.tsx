import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { askSecurity, downloadExport } from "../../api/security.ts";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { saveAsFile } from "../../ui/save-as-file.ts";
import { Failure } from "./failure.tsx";
import { Row } from "./row.tsx";

/** A copy of everything, to take along. */
export function ExportSection() {
  const take = useMutation({
    mutationFn: async (format: "json" | "csv") => {
      const { exportId } = await askSecurity("startExport", { body: { format } });
      return downloadExport(exportId);
    },
    onSuccess: ({ name, file }) => saveAsFile(name, file, file.type),
  });
  const busyWith = (format: string): boolean => take.isPending && take.variables === format;
  return (
    <SectionCard title={<Trans>Take everything along</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>Transactions as a table</Trans>} about={<Trans>A CSV file for any spreadsheet.</Trans>}>
          <Button busy={busyWith("csv")} onClick={() => take.mutate("csv")}>
            <Trans>Download CSV</Trans>
          </Button>
        </Row>
        <Row
          name={<Trans>Everything we hold about you</Trans>}
          about={<Trans>You, your permissions with their receipts, payments, accounts, transactions, notes and rules in one JSON file.</Trans>}
        >
          <Button busy={busyWith("json")} onClick={() => take.mutate("json")}>
            <Trans>Download JSON</Trans>
          </Button>
        </Row>
        <Failure error={take.error} />
      </div>
    </SectionCard>
  );
}
