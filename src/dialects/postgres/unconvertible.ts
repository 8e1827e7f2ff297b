// Changes of type that no cast can make: the server is asked before a migration is written.
import type { ColumnType } from '../../model/schema'
import type { Operation, OperationOf } from '../../operations/operation'
import type { Queryable, Scope } from '../dialect'
import { quoteName, quoteText } from '../sql'
import { usingFor } from './casts'
import { typeSql } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { isList, ofOne } from './list-of-one'
import { isTextType, parseType, serialType } from './types'

/** The changes among the operations that the server has no cast for. */
export async function unconvertible(
  db: Queryable,
  operations: readonly Operation[],
  scope: Scope,
): Promise<readonly OperationOf<'alterColumn'>[]> {
  const changes = operations
    .filter((one) => one.kind === 'alterColumn')
    .filter(({ from, to, using }) => using === undefined && from.generated === undefined && to.generated === undefined)
    .flatMap((operation) => {
      const cast = usingFor(operation.to.name, operation.from.type, operation.to.type, scope)
      return cast === undefined ? [] : [{ operation, cast }]
    })
  const ofEnums = changes.filter(({ operation: { from, to } }) => isEnum(from.type) || isEnum(to.type))
  const others = changes.filter((change) => !ofEnums.includes(change))
  const refused = others.length === 0 ? [] : await refusedCasts(db, others, scope)
  return [
    ...ofEnums.filter(({ operation: { from, to } }) => isOtherwiseListed(from.type, to.type)),
    ...refused.map((at) => others[at]!),
  ].map(({ operation }) => operation)
}

interface Change {
  readonly operation: OperationOf<'alterColumn'>
  readonly cast: string
}

/** Which of the casts the server cannot even read. A type that is not there yet is not its fault. */
async function refusedCasts(db: Queryable, changes: readonly Change[], scope: Scope): Promise<number[]> {
  const tries = changes.map(({ operation: { from }, cast }) => {
    const type = typeof from.type === 'string' ? (serialType(from.type) ?? from.type) : typeSql(from.type, scope)
    return `SELECT ${cast} FROM (SELECT NULL::${type}) AS t (${quoteName(from.name)})`
  })
  await db.query(
    dollarQuoted(`DECLARE tried text; at int; refused jsonb := '[]';
BEGIN
  FOR tried, at IN SELECT * FROM jsonb_array_elements_text(${quoteText(JSON.stringify(tries))}::jsonb) WITH ORDINALITY LOOP
    BEGIN
      EXECUTE tried;
    EXCEPTION WHEN cannot_coerce THEN refused := refused || to_jsonb(at - 1);
      WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  PERFORM set_config('autogen.refused', refused::text, false);
END`),
  )
  const [row] = await db.query(`SELECT current_setting('autogen.refused') AS refused`)
  return JSON.parse(String(row?.refused)) as number[]
}

function isEnum(type: ColumnType): boolean {
  return typeof type !== 'string'
}

/** Whether one is of lists, the other is not, and nothing says what becomes of them: a text reads as either. */
function isOtherwiseListed(from: ColumnType, to: ColumnType): boolean {
  if (isList(from) === isList(to) || ofOne(from, to) !== undefined) return false
  const single = isList(from) ? to : from
  return typeof single !== 'string' || !isTextType(parseType(single).name)
}
