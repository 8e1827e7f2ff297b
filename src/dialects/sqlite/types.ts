// What SQLite makes of a declared type: https://www.sqlite.org/datatype3.html#determination_of_column_affinity

/** Affinity is how a column stores what it is given. */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC'

/** The affinity of a declared type, by SQLite's five rules. */
export function affinity(type: string): Affinity {
  const name = type.toUpperCase()
  if (name.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(name)) return 'TEXT'
  if (name === '' || name.includes('BLOB')) return 'BLOB'
  if (/REAL|FLOA|DOUB/.test(name)) return 'REAL'
  return 'NUMERIC'
}

/** A declared type in one spelling: lower case, one space between words, none in parentheses. */
export function spellType(type: string): string {
  return type
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\s*([(),])\s*/g, '$1')
    .toLowerCase()
}
