// The catalogue's queries: $1 is the list of schemas, $2 the search path. Servers 12 and later.

/** The server's version, the search path and the schema it begins with. */
export const factsQuery = `SELECT current_setting('server_version_num') AS version, current_setting('search_path') AS path,
  current_schema()::text AS schema`

/**
 * Goes before every query below. What is printed depends on the search path, so each sets it for itself: nothing has to
 * be put back afterwards outside a transaction, and a pooler may give each query another connection.
 */
export const pin = `WITH pin AS MATERIALIZED (SELECT set_config('search_path', $2, true)) `

const notOfAnExtension = (table: string, oid: string) => `NOT EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_catalog.${table}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`

/** Tables, views and sequences no column owns. */
export const relationsQuery = `
SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
  obj_description(c.oid, 'pg_class') AS comment,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
  format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start, s.seqincrement::text AS increment
FROM pin CROSS JOIN pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT c.relispartition
  AND ${notOfAnExtension('pg_class', 'c.oid')}
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
    AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))
ORDER BY n.nspname, c.relname`

/** Columns of tables, and whether they own the sequence that numbers them. */
export const columnsQuery = `
SELECT a.attrelid::text AS "table", a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
  a.attnotnull AS "notNull", a.attidentity::text AS identity, a.attgenerated::text AS generated,
  pg_get_expr(d.adbin, d.adrelid) AS expression, text.description AS comment,
  CASE WHEN a.attcollation <> t.typcollation
    THEN (SELECT l.collname::text FROM pg_collation l WHERE l.oid = a.attcollation) END AS collation,
  e.typname::text AS enum, en.nspname::text AS "enumSchema", e.oid <> t.oid AS "enumArray",
  CASE WHEN d.oid IS NOT NULL THEN EXISTS (
    SELECT FROM pg_depend own JOIN pg_depend used ON used.refclassid = own.classid AND used.refobjid = own.objid
    WHERE own.classid = 'pg_catalog.pg_class'::regclass AND own.refclassid = 'pg_catalog.pg_class'::regclass
      AND own.refobjid = a.attrelid AND own.refobjsubid = a.attnum AND own.deptype = 'a'
      AND used.classid = 'pg_catalog.pg_attrdef'::regclass AND used.objid = d.oid) END AS "ownsSequence"
FROM pin CROSS JOIN pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END AND e.typtype = 'e'
  AND e.typnamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
  AND ${notOfAnExtension('pg_type', 'e.oid')}
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description text ON text.classoid = 'pg_catalog.pg_class'::regclass AND text.objoid = a.attrelid
  AND text.objsubid = a.attnum
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY a.attrelid, a.attnum`

const columnNames = (table: string, numbers: string) => `(
  SELECT json_agg(a.attname ORDER BY u.n)::text FROM unnest(${numbers}) WITH ORDINALITY u (attnum, n)
  JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = u.attnum)`

const nullsNotDistinct = (version: number) => (version >= 150000 ? 'i.indnullsnotdistinct' : 'false')

/** Constraints of every kind but NOT NULL. */
export const constraintsQuery = (version: number) => `
SELECT k.conrelid::text AS "table", k.conname::text AS name, k.contype::text AS type,
  ${columnNames('k.conrelid', 'k.conkey')} AS columns,
  rn.nspname::text AS "toSchema", r.relname::text AS "toTable", ${columnNames('k.confrelid', 'k.confkey')} AS "toColumns",
  k.confdeltype::text AS "onDelete", k.confupdtype::text AS "onUpdate", k.confmatchtype::text AS match,
  k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated,
  pg_get_expr(k.conbin, k.conrelid) AS expression,
  CASE WHEN k.contype = 'x' THEN pg_get_constraintdef(k.oid) END AS definition,
  CASE WHEN i.indnatts > i.indnkeyatts
    THEN ${columnNames('i.indrelid', '(i.indkey::int2[])[i.indnkeyatts:i.indnatts]')} END AS include,
  coalesce(${nullsNotDistinct(version)}, false) AS "nullsNotDistinct"
FROM pin CROSS JOIN pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class r ON r.oid = k.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0
ORDER BY k.conrelid, k.conname`

/** Indexes that implement no constraint. One whose building broke off is none: nobody may use it. */
export const indexesQuery = (version: number) => `
SELECT i.indrelid::text AS "table", x.relname::text AS name, m.amname::text AS method, i.indisunique AS "unique",
  ${nullsNotDistinct(version)} AS "nullsNotDistinct", pg_get_expr(i.indpred, i.indrelid) AS predicate,
  i.indnkeyatts AS keys,
  CASE WHEN 0 = ANY (i.indkey::int2[]) THEN pg_get_indexdef(i.indexrelid) END AS definition,
  (SELECT json_agg(json_build_object(
      'column', a.attname,
      'expression', CASE WHEN i.indkey[k] = 0 THEN pg_get_indexdef(i.indexrelid, k + 1, false) END,
      'option', i.indoption[k],
      'opclass', CASE WHEN NOT o.opcdefault OR ${opclassOptions(version)} IS NOT NULL THEN o.opcname END,
      'opclassOptions', ${opclassOptions(version)},
      'collation', CASE WHEN i.indcollation[k] <> a.attcollation
        THEN (SELECT l.collname FROM pg_collation l WHERE l.oid = i.indcollation[k]) END
    ) ORDER BY k)::text
    FROM generate_series(0, i.indnatts - 1) k
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] AND a.attnum <> 0
    LEFT JOIN pg_attribute own ON own.attrelid = i.indexrelid AND own.attnum = k + 1
    LEFT JOIN pg_opclass o ON o.oid = i.indclass[k]
    WHERE pin IS NOT NULL) AS elements
FROM pin CROSS JOIN pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
  AND (i.indisvalid OR x.relkind = 'I')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, x.relname`

function opclassOptions(version: number): string {
  return version >= 130000 ? `array_to_string(own.attoptions, ', ')` : 'NULL'
}

/** Enums with their values in order. */
export const enumsQuery = `
SELECT n.nspname::text AS schema, t.typname::text AS name,
  (SELECT json_agg(v.enumlabel ORDER BY v.enumsortorder)::text FROM pg_enum v WHERE v.enumtypid = t.oid) AS values
FROM pin CROSS JOIN pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY ($1) AND t.typtype = 'e' AND ${notOfAnExtension('pg_type', 't.oid')}
ORDER BY n.nspname, t.typname`

/** Schemas and extensions. */
export const namesQuery = `
SELECT 'schema' AS kind, nspname::text AS name, NULL AS schema FROM pin CROSS JOIN pg_namespace WHERE nspname = ANY ($1)
UNION ALL
SELECT 'extension', e.extname::text, n.nspname::text
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
ORDER BY 1, 2`
