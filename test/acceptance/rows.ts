// The list of what TypeORM's own generator gets wrong, or once got wrong: every row is a test of its number, or says why it is none.

const list = (text: string) => text.split(/\s+/)

/** Rows by what must become of them on PostgreSQL. */
export const rows = {
  'loses no data': list('L1 L2 L3 L4 L11 L12 L13 L14 L15 L17 L18 L19 L20'),
  'finds nothing': list(
    'F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F32 F33 F34',
  ),
  'finds something': list('M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M12 M13 M14 M15 M17 M18 M19'),
  'is SQL that runs': list('S1 S2 S3 S4 S5 S6 S8 S9 S10'),
}

/** Rows that have nothing to do with PostgreSQL. */
export const elsewhere = {
  SQLite: list('L5 L6 L7 L8 L9 L10 F24 F25 F26 F27'),
  MySQL: list('L16 F28 F29 F30 F31 M16 S7'),
}

/** How many rows of each kind there are, so that none can go missing from the two lists. */
export const counts = { L: 20, F: 34, M: 19, S: 10 }
