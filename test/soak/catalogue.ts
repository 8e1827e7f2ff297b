// A second pair of eyes: everything in a database as lines of text, read from the catalogue without our introspection.

interface Queryable {
  query(sql: string): Promise<readonly Record<string, unknown>[]>
}

/** Dump is one line per thing in the database. */
export type Dump = readonly string[]

/** Reads what is in the database, besides our own tables and TypeORM's. */
export async function dumpCatalogue(db: Queryable): Promise<Dump> {
  const rows = await db.query(dumpSql)
  return rows.map(({ line }) => String(line)).sort()
}

/** What one dump has and the other has not; empty when they say the same. */
export function difference(before: Dump, after: Dump): string[] {
  const exact = [...only(before, after, '-'), ...only(after, before, '+')]
  if (exact.length === 0) return []
  // What the server prints of an expression it had printed before has other casts and parentheses, and means the same.
  const [loosely, now] = [before.map(loose), after.map(loose)]
  return [...only(loosely, now, '-'), ...only(now, loosely, '+')].length === 0 ? [] : exact
}

function only(these: Dump, those: Dump, sign: string): string[] {
  const left = [...those]
  return these.flatMap((line) => {
    const found = left.indexOf(line)
    if (found < 0) return [`${sign} ${line}`]
    left.splice(found, 1)
    return []
  })
}

const castPattern =
  /::(?:"[^"]+"|[a-z_]+)(?: varying| with(?:out)? time zone| precision)?(?:\(\d+(?:,\d+)?\))?(?:\[\])?/g

function loose(line: string): string {
  return /^(constraint|index|view|column) /.test(line) ? line.replace(castPattern, '').replace(/[()\s]/g, '') : line
}

const ours = `('autogen_version', 'autogen_log', 'typeorm_metadata')`
// Not what an extension brought along.
const own = (classOid: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${classOid}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`
const place = `format('%I.%I', n.nspname, c.relname)`

const dumpSql = `
WITH n AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
c AS (
  SELECT c.* FROM pg_class c JOIN n ON n.oid = c.relnamespace
  WHERE c.relname NOT IN ${ours} AND ${own('pg_class', 'c.oid')}
)
SELECT format('schema %s', nspname) AS line FROM n
UNION ALL
SELECT format('extension %s', extname) FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT format('table %s %s comment %L', ${place}, c.relkind, obj_description(c.oid, 'pg_class'))
FROM c JOIN n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
UNION ALL
SELECT format('column %s.%I %s notnull %s identity %s generated %s collation %s comment %L default %s',
  ${place}, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
  a.attcollation::regcollation, col_description(c.oid, a.attnum), pg_get_expr(d.adbin, d.adrelid))
FROM c JOIN n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('constraint %s %I %s %s', ${place}, k.conname, k.convalidated, pg_get_constraintdef(k.oid))
FROM c JOIN n ON n.oid = c.relnamespace JOIN pg_constraint k ON k.conrelid = c.oid
WHERE k.contype <> 'n'
UNION ALL
SELECT format('index %s', pg_get_indexdef(c.oid))
FROM c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname NOT IN ${ours} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT format('view %s %s %s', ${place}, c.relkind, pg_get_viewdef(c.oid))
FROM c JOIN n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')
UNION ALL
SELECT format('sequence %s %s start %s by %s owned by %s', ${place}, format_type(s.seqtypid, null), s.seqstart, s.seqincrement,
  (SELECT format('%s.%s', d.refobjid::regclass, a.attname) FROM pg_depend d
   JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0))
FROM c JOIN n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE NOT EXISTS (
  SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
  WHERE d.objid = c.oid AND d.refobjsubid > 0 AND t.relname IN ${ours}
)
UNION ALL
SELECT format('enum %I.%I %s', n.nspname, t.typname, (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
FROM pg_type t JOIN n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND ${own('pg_type', 't.oid')}
`
