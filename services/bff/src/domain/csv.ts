/**
 * Lines of a CSV file (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front (US-39): what begins with
 * `=`, `+`, `-`, `@`, tab or return, but for plain numbers, which a bank's customer wants to add up.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => quoted(harmless(cell ?? ""))).join(",")}\r\n`;
}

const formula = /^[=+\-@\t\r]/;
const plainNumber = /^-?\d+(\.\d+)?$/;

function harmless(cell: string): string {
  return formula.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
