// Who uses a type: columns, and what defaults, checks and indexes say of it.
import type { QualifiedName } from '../../model/schema'
import type { Queryable, Scope } from '../dialect'
import { quoteTable } from './clauses'

/** The schemas with tables that have to do with one of the types, or with lists of it. */
export async function schemasUsing(
  db: Queryable,
  types: readonly QualifiedName[],
  scope: Scope,
): Promise<readonly string[]> {
  const rows = await db.query(usersQuery, [types.map((type) => quoteTable(type, scope))])
  return rows.map(({ schema }) => String(schema))
}

const usersQuery = `SELECT DISTINCT n.nspname::text AS schema
FROM unnest($1::text[]) AS named (type) JOIN pg_type t ON t.oid = to_regtype(named.type)
JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
JOIN pg_class c ON c.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE coalesce(k.conrelid, f.adrelid) END
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'i', 'I')`
