// Claims are written by strangers: what a terminal would obey, hide or reorder is replaced, and so is what a spreadsheet would run.
const cell = (text) => {
  const safe = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}').replace(/^[=+\-@]/, "'$&");
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const line = (cells) => cells.map(cell).join(',');

/** @type {import('padlock-auth/plugin').Plugin} */
export default {
  apiVersion: 1,
  name: 'csv',
  strategies: [
    {
      kind: 'formatter',
      name: 'csv',
      summary: 'comma-separated values, for spreadsheets',
      format: ({ columns, rows }) =>
        [
          line(columns.map(({ label }) => label)),
          ...rows.map((row) => line(columns.map(({ key }) => (Object.hasOwn(row, key) ? row[key] : '')))),
        ].join('\n'),
    },
  ],
};
