import { z } from "zod";
import { defineFault, type Fault, type Page, type PageMoment } from "./fault.ts";

type Row = Page["transactions"][number];
const none = z.strictObject({});

/** Pages of transactions that lie, repeat, mix up or never end. */
export const pageFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "page.wrong-amount",
    summary: "Writes the amount of one row in a way no schema allows; any JSON value can be given.",
    options: z.strictObject({ value: z.json().default("12,50"), row: z.int().min(0).default(0) }),
    page: (page, { value, row }) => changeRow(page, row, (each) => ({ ...each, amount: value })),
  }),
  defineFault({
    name: "page.field",
    summary: "Sets one member of one row, or of all.",
    options: z.strictObject({ name: z.string(), value: z.json(), row: z.union([z.int().min(0), z.literal("all")]).default(0) }),
    page: (page, { name, value, row }) => changeRow(page, row, (each) => ({ ...each, [name]: value })),
  }),
  defineFault({
    name: "page.drop-field",
    summary: "Leaves one member out of every row.",
    options: z.strictObject({ name: z.string() }),
    page: (page, { name }) => changeRow(page, "all", (each) => ({ ...each, [name]: undefined })),
  }),
  defineFault({
    name: "page.hostile-text",
    summary: "Puts script, bidirectional overrides, escapes and a spreadsheet formula into the messages.",
    options: none,
    page: (page) =>
      changeRow(page, "all", (each) => ({
        ...each,
        message: '=HYPERLINK("https://evil.example","x")<script>alert(1)</script>\u202Egnp.exe\u200B\u001B[31m\u0007',
      })),
  }),
  defineFault({
    name: "page.huge-text",
    summary: "Makes the message of the first row very long.",
    options: z.strictObject({ length: z.int().min(1).max(4_000_000).default(1_000_000) }),
    page: (page, { length }) => changeRow(page, 0, (each) => ({ ...each, message: "Ä".repeat(length) })),
  }),
  defineFault({
    name: "page.missing-rows",
    summary: "Leaves the first rows out, as if they had never been booked.",
    options: z.strictObject({ rows: z.int().min(1).default(1) }),
    page: (page, { rows }) => ({ ...page, transactions: page.transactions.slice(rows) }),
  }),
  defineFault({
    name: "page.repeated-rows",
    summary: "Answers every row of the page twice.",
    options: none,
    page: (page) => ({ ...page, transactions: page.transactions.flatMap((row) => [row, row]) }),
  }),
  defineFault({
    name: "page.overlap",
    summary: "Begins with the last rows of the page before, as if something had been booked meanwhile. Pages after the first only.",
    options: z.strictObject({ rows: z.int().min(1).default(1) }),
    page: (page, { rows }, moment) =>
      moment.position === 1 ? page : { ...page, transactions: [...moment.rowsAt((moment.position - 1) * moment.pageSize - rows, rows), ...page.transactions] },
  }),
  defineFault({
    name: "page.first-row-again",
    summary: "Ends with the newest row of all, which was on the first page.",
    options: none,
    page: (page, _options, moment) => ({ ...page, transactions: [...page.transactions, ...moment.rowsAt(0, 1)] }),
  }),
  defineFault({
    name: "page.same-id-other-amount",
    summary: "Repeats the first row with its archive id and another amount.",
    options: none,
    page: (page) => ({ ...page, transactions: [...page.transactions, ...page.transactions.slice(0, 1).map((row) => ({ ...row, amount: "-1.00" }))] }),
  }),
  defineFault({
    name: "page.unstable-ids",
    summary: "Gives every row a new archive id at each reading.",
    options: none,
    page: (page, _options, moment) => changeRow(page, "all", (each) => ({ ...each, archiveId: moment.tokenAt(0).slice(0, 20) })),
  }),
  defineFault({
    name: "page.reversed",
    summary: "Answers the rows of the page in the opposite order.",
    options: none,
    page: (page) => ({ ...page, transactions: page.transactions.toReversed() }),
  }),
  defineFault({
    name: "page.stranger",
    summary: "Mixes another person's account into the page.",
    options: none,
    page: (page, _options, moment) => changeRow(page, 0, (each) => ({ ...each, ...moment.stranger() })),
  }),
  defineFault({
    name: "page.flood",
    summary: "Repeats the first row very often on one page.",
    options: z.strictObject({ rows: z.int().min(1).max(1_000_000).default(100_000) }),
    page: (page, { rows }) => ({ ...page, transactions: Array.from({ length: rows }, () => page.transactions[0] ?? { amount: "-1.00", currency: "EUR" }) }),
  }),
  defineFault({
    name: "page.cycle",
    summary: "The token leads back to the first page.",
    options: none,
    page: (page, _options, moment) => withToken(page, moment.tokenAt(0)),
  }),
  defineFault({
    name: "page.same-token",
    summary: "The token of the next page is the one that was just sent.",
    options: none,
    page: (page, _options, moment) => withToken(page, moment.requestToken ?? page.continuationToken ?? moment.tokenAt(0)),
  }),
  defineFault({
    name: "page.endless",
    summary: "Every page has a new token; after the true end the last rows come again.",
    options: none,
    page: (page, _options, moment) => (page.continuationToken === undefined ? withToken(page, moment.tokenAt(lastPageStart(moment))) : page),
  }),
  defineFault({
    name: "page.endless-empty",
    summary: "Every page is empty and has a new token.",
    options: none,
    page: (page, _options, moment) => withToken({ ...page, transactions: [] }, moment.tokenAt(moment.rowCount)),
  }),
  defineFault({
    name: "page.empty-last",
    summary: "The last page with rows still has a token; the page behind it is empty.",
    options: none,
    page: (page, _options, moment) =>
      page.continuationToken === undefined && page.transactions.length > 0 ? withToken(page, moment.tokenAt(moment.rowCount)) : page,
  }),
  defineFault({
    name: "page.empty",
    summary: "Answers no rows but keeps the token: an empty page in the middle. Those rows are lost to the reader.",
    options: none,
    page: (page) => ({ ...page, transactions: [] }),
  }),
  defineFault({
    name: "page.next-link",
    summary: "The link to the next page points somewhere else.",
    options: z.strictObject({ href: z.string() }),
    page: (page, { href }) => ({ ...page, links: { ...(page.links as object), next: { href } } }),
  }),
];

function changeRow(page: Page, which: number | "all", change: (row: Row) => Row): Page {
  return { ...page, transactions: page.transactions.map((row, index) => (which === "all" || which === index ? change(row) : row)) };
}

function withToken(page: Page, continuationToken: string): Page {
  return { ...page, continuationToken };
}

function lastPageStart({ rowCount, pageSize }: PageMoment): number {
  return Math.max(0, rowCount - pageSize);
}
