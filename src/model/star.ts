// The columns of a query that nobody has named.

const star = /(?:\bselect|\bdistinct|\ball|[,.)])\s*\*/i

/** Whether a query says "all columns". */
export function saysAllColumns(sql: string): boolean {
  return star.test(sql)
}
