// What a view has besides its definition: options, triggers, rules, comments, an owner, who may read it, indexes that somebody
// made. A view that is made again gets it back.
import type { QualifiedName, View } from '../../model/schema'
import type { Scope } from '../dialect'
import { quoteTable } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { textLiteral } from './literals'

/** The statements that say it, each with its place; `one` is the row of pg_class, with the view's name and kind. */
export const belongings = `SELECT 2, format('ALTER %s %s SET (%s)', one.kind, one.name, array_to_string(one.reloptions, ', '))
          WHERE one.reloptions IS NOT NULL
        UNION ALL SELECT 2, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', one.name, a.attname, pg_get_expr(f.adbin, one.oid))
          FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.adrelid = one.oid
        UNION ALL SELECT 2, pg_get_ruledef(r.oid) FROM pg_rewrite r WHERE r.ev_class = one.oid AND r.rulename <> '_RETURN'
        UNION ALL SELECT 2, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = one.oid AND NOT t.tgisinternal
        UNION ALL SELECT 2, format('COMMENT ON %s %s IS %L', one.kind, one.name, obj_description(one.oid, 'pg_class'))
          WHERE obj_description(one.oid, 'pg_class') IS NOT NULL
        UNION ALL SELECT 2, format('COMMENT ON COLUMN %s.%I IS %L', one.name, a.attname, col_description(one.oid, a.attnum))
          FROM pg_attribute a WHERE a.attrelid = one.oid AND col_description(one.oid, a.attnum) IS NOT NULL
        UNION ALL SELECT 3, format('ALTER %s %s OWNER TO %s', one.kind, one.name, one.relowner::regrole)
          WHERE one.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
        UNION ALL SELECT 4, format('GRANT %s ON %s TO %s%s', acl.privilege_type, one.name,
            CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END,
            CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM aclexplode(one.relacl) acl WHERE acl.grantee <> one.relowner
        UNION ALL SELECT 4, format('GRANT %s (%I) ON %s TO %s%s', acl.privilege_type, a.attname, one.name,
            CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END,
            CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM pg_attribute a, aclexplode(a.attacl) acl WHERE a.attrelid = one.oid`

/** Remembers it before a view is dropped; the definition that follows may be another one. */
export function rememberBelongings(view: View, scope: Scope): string {
  const name = nameOf(view, scope)
  return dollarQuoted(`-- What a view has that is made again: options, triggers, rules, comments, owner, grants, indexes.
DECLARE
  one record;
  known jsonb := coalesce(nullif(current_setting('autogen.belongings', true), ''), '{}');
BEGIN
  FOR one IN
    SELECT c.*, ${name} AS name, CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
    FROM pg_class c WHERE c.oid = to_regclass(${name}) AND c.relkind IN ('v', 'm')
  LOOP
    known := known || jsonb_build_object(${name}, jsonb_build_object(
      'indexes', (SELECT coalesce(jsonb_object_agg(x.relname, pg_get_indexdef(x.oid)), '{}') FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = one.oid AND i.indisvalid),
      'told', (SELECT coalesce(jsonb_agg(told ORDER BY place, told), '[]') FROM (
        ${belongings}
      ) AS of_it (place, told))));
  END LOOP;
  PERFORM set_config('autogen.belongings', known::text, false);
END`)
}

/** Gives it back; what was said of a column the new definition has not is left out, and so is an index it came with. */
export function returnBelongings(view: View, scope: Scope): string {
  const name = nameOf(view, scope)
  return dollarQuoted(`-- Options, triggers, rules, comments, owner, grants and indexes as they were.
DECLARE
  known jsonb := coalesce(nullif(current_setting('autogen.belongings', true), ''), '{}');
  told text;
  grantee oid;
BEGIN
  IF jsonb_exists(known, ${name}) THEN
    FOR grantee IN SELECT DISTINCT acl.grantee FROM pg_class c, aclexplode(c.relacl) acl
      WHERE c.oid = ${name}::regclass AND acl.grantee <> c.relowner LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', ${name},
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
    END LOOP;
    FOR told IN
      SELECT value FROM jsonb_each_text(known->${name}->'indexes') WHERE key NOT IN (SELECT x.relname FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = ${name}::regclass)
      UNION ALL SELECT value FROM jsonb_array_elements_text(known->${name}->'told')
    LOOP
      BEGIN
        EXECUTE told;
      EXCEPTION WHEN undefined_column THEN
        RAISE NOTICE 'Not said again: %', told;
      END;
    END LOOP;
    PERFORM set_config('autogen.belongings', (known - ${name})::text, false);
  END IF;
END`)
}

function nameOf(view: QualifiedName, scope: Scope): string {
  return textLiteral(quoteTable(view, scope))
}
