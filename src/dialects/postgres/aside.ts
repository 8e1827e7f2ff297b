// Views look at columns and types that change, and the server refuses as long as they do. Whatever looks is asked of its
// catalogue: views nobody here declares, and of schemas nobody here reads, step aside and come back as they were.
import type { QualifiedName, View } from '../../model/schema'
import type { Scope } from '../dialect'
import { belongings } from './belongings'
import { quoteTable } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { textLiteral } from './literals'
import { mentions } from './mentions'
import type { Context, Work } from './work'

/** Looked at is what views must not see for a while: columns of tables, and types. */
export interface LookedAt {
  readonly columns: readonly { readonly table: QualifiedName; readonly names: readonly string[] }[]
  readonly types?: readonly QualifiedName[]
}

/**
 * Drops the views that look there, directly or through others; the planner sees to it that they are put back. On paper,
 * where nothing but the history is known, only if that has such views: the server would refuse for the others.
 */
export function putAside(lookedAt: LookedAt, { schema, scope, version }: Context): Work[] {
  const names = [...lookedAt.columns.map(({ table }) => table), ...(lookedAt.types ?? [])].map(({ name }) => name)
  const isLooking = ({ definition }: View) => names.some((name) => mentions(definition.sql, name))
  return version === undefined && !schema.views.some(isLooking) ? [] : [dropLooking(lookedAt, scope)]
}

function dropLooking({ columns, types = [] }: LookedAt, scope: Scope): Work {
  const column = columns.flatMap(({ table, names }) =>
    names.map((name) => `(${textLiteral(quoteTable(table, scope))}::regclass, ${textLiteral(name)})`),
  )
  const type = types.map((name) => `${textLiteral(quoteTable(name, scope))}::regtype`)
  const direct = [
    ...(column.length === 0
      ? []
      : [
          `d.refclassid = 'pg_class'::regclass AND (d.refobjid, (SELECT a.attname FROM pg_attribute a
            WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)) IN (${column.join(', ')})`,
        ]),
    ...(type.length === 0
      ? []
      : [
          `d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT unnest(ARRAY[t.oid, t.typarray]) FROM pg_type t
            WHERE t.oid IN (${type.join(', ')}))`,
        ]),
  ]
  return { sql: dollarQuoted(dropping(direct.map((one) => `(${one})`).join(' OR '))), aside: true }
}

/** Creates the views again: the same definition and options, owner, grants, comments, indexes, rules and triggers. */
export const putBack = dollarQuoted(`-- The views come back as they were.
DECLARE one jsonb; told text; grantee oid;
BEGIN
  FOR one IN SELECT value FROM jsonb_array_elements(current_setting('autogen.aside')::jsonb) WITH ORDINALITY ORDER BY ordinality LOOP
    EXECUTE one->>'create';
    -- What default privileges have given to it just now is not what it had.
    FOR grantee IN SELECT DISTINCT acl.grantee FROM pg_class c, aclexplode(c.relacl) acl
      WHERE c.oid = (one->>'name')::regclass AND acl.grantee <> c.relowner LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', one->>'name',
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
    END LOOP;
    FOR told IN SELECT value FROM jsonb_array_elements_text(one->'then') WITH ORDINALITY ORDER BY ordinality LOOP
      EXECUTE told;
    END LOOP;
  END LOOP;
  PERFORM set_config('autogen.aside', '[]', true);
END`)

// With an empty path the server prints every name with its schema.
function dropping(direct: string): string {
  return `-- The views that look there step aside.
DECLARE
  one record;
  aside jsonb := coalesce(nullif(current_setting('autogen.aside', true), ''), '[]');
  path text := current_setting('search_path');
BEGIN
  FOR one IN
    WITH RECURSIVE looking (view, depth) AS (
      SELECT r.ev_class, 1 FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> d.refobjid
      WHERE d.classid = 'pg_rewrite'::regclass AND (${direct})
      UNION
      SELECT r.ev_class, l.depth + 1 FROM looking l
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = l.view AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> l.view AND r.rulename = '_RETURN'
    )
    SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name,
      CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
    FROM (SELECT view, max(depth) AS depth FROM looking GROUP BY view) l
    JOIN pg_class c ON c.oid = l.view AND c.relkind IN ('v', 'm') JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY l.depth DESC, c.oid
  LOOP
    PERFORM set_config('search_path', '', true);
    aside := jsonb_build_array(jsonb_build_object(
      'name', one.name,
      'create', format('CREATE %s %s%s%s AS %s%s', one.kind, one.name, ' WITH (' || array_to_string(one.reloptions, ', ') || ')',
        (SELECT format(' TABLESPACE %I', s.spcname) FROM pg_tablespace s WHERE s.oid = one.reltablespace),
        rtrim(pg_get_viewdef(one.oid), ';'), CASE WHEN one.relispopulated THEN '' ELSE ' WITH NO DATA' END),
      'then', (SELECT coalesce(jsonb_agg(told ORDER BY place, told), '[]') FROM (
        SELECT 1 AS place, pg_get_indexdef(i.indexrelid) AS told FROM pg_index i WHERE i.indrelid = one.oid
        UNION ALL ${belongings}
      ) AS after_it)
    )) || aside;
    PERFORM set_config('search_path', path, true);
    EXECUTE format('DROP %s %s', one.kind, one.name);
  END LOOP;
  PERFORM set_config('autogen.aside', aside::text, true);
END`
}
