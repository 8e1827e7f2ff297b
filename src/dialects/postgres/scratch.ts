// Asks the server how it prints expressions: temporary tables of the real names, in a transaction that is rolled back.
import { findEnum, findTable, findView, keyOf, nameOf, sameName } from '../../model/lookup'
import { sameEnum } from '../../model/same'
import type { Column, EnumType, SchemaModel, Table, View } from '../../model/schema'
import type { ConnectionLike, Row, Scope } from '../dialect'
import { quoteName, quoteText } from '../sql'
import { quoteTable, typeSql } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { foldJson, textLiteral, unwrap } from './literals'
import { pinnedPath } from './path'
import { questionKey, type Slot } from './slots'
import { foldClock, foldZones } from './spelling'

/** Answer is the server's spelling, or its objection. */
export interface Answer {
  readonly text?: string
  readonly error?: string
  readonly state?: string
}

/** Sides are the two schemas that are compared. */
export interface Sides {
  readonly live: SchemaModel
  readonly wanted: SchemaModel
  readonly scope: Scope
}

/** The server's spelling of every slot's expression, by `questionKey`; or why this connection cannot hold a scratch table. */
export async function ask(
  db: ConnectionLike,
  slots: readonly Slot[],
  sides: Sides,
): Promise<ReadonlyMap<string, Answer> | string> {
  const [situation = {}] = await db.query(situationQuery)
  const reason = whyNot(situation)
  if (reason !== undefined) return reason
  const questions = [...new Map(slots.map((slot) => [questionKey(slot), slot]))]
  const steps = stepsFor(
    questions.map(([, slot], id) => ({ id, slot })),
    { ...sides, there: await enumsThere(db, sides) },
  )
  const given = await inScratch(db, async () => {
    await db.query(script(steps, pinnedPath(situation, sides.scope)))
    const [row] = await db.query(`SELECT current_setting('autogen.answers') AS answers`)
    return JSON.parse(String(row?.answers)) as { readonly [id: string]: Answer }
  })
  return new Map(questions.map(([key, slot], id) => [key, tidied(slot, given[id] ?? {})]))
}

const situationQuery = `SELECT current_setting('search_path') AS path, current_schema()::text AS schema,
  pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS readonly,
  has_database_privilege(current_database(), 'TEMP') AS temporary`

/** Enums as the database has them: what was said to be renamed is renamed in the live schema alone. */
async function enumsThere(db: ConnectionLike, { wanted, scope }: Sides): Promise<readonly EnumType[]> {
  if (wanted.enums.length === 0) return []
  const types = wanted.enums.map((type) => quoteTable(type, scope))
  const rows = await db.query(
    `SELECT named.at, (SELECT json_agg(enumlabel ORDER BY enumsortorder)::text
      FROM pg_enum WHERE enumtypid = to_regtype(named.type)) AS values FROM unnest($1::text[]) WITH ORDINALITY AS named (type, at)
      WHERE to_regtype(named.type) IS NOT NULL`,
    [types],
  )
  return rows.map(({ at, values }) => ({
    ...nameOf(wanted.enums[Number(at) - 1]!),
    values: JSON.parse(String(values)) as string[],
  }))
}

function whyNot({ standby, readonly, temporary }: Row): string | undefined {
  if (standby === true) return 'the server is a hot standby'
  if (readonly === 'on') return 'the connection is read-only'
  return temporary === true ? undefined : 'the user may not create temporary tables'
}

/** Runs work in a transaction that leaves nothing, or behind a savepoint in the one that is open. */
async function inScratch<R>(db: ConnectionLike, work: () => Promise<R>): Promise<R> {
  const open = db.isTransactionActive
  await db.query(open ? 'SAVEPOINT autogen_judge' : 'BEGIN')
  try {
    return await work()
  } finally {
    await db.query(open ? 'ROLLBACK TO SAVEPOINT autogen_judge' : 'ROLLBACK')
    if (open) await db.query('RELEASE SAVEPOINT autogen_judge')
  }
}

/** A statement to run, with others where it fails; or an expression to print, up to three times until it stays. */
type Step =
  | { readonly run: string; readonly else?: readonly string[] }
  | {
      readonly id: number
      readonly text: string
      readonly before: string
      readonly after: string
      /** What stands around the text once the server has printed it. */
      readonly again?: { readonly before: string; readonly after: string }
      readonly read: string
    }

/** Scratch is the two sides, and what is there to ask with. */
interface Scratch extends Sides {
  readonly there: readonly EnumType[]
}

interface Question {
  readonly id: number
  readonly slot: Slot
}

function stepsFor(questions: readonly Question[], sides: Scratch): Step[] {
  const views = questions.filter(({ slot }) => slot.kind === 'view')
  const byTable = new Map<string, Question[]>()
  for (const question of questions) {
    if (question.slot.kind === 'view') continue
    const key = keyOf(question.slot.table)
    byTable.set(key, [...(byTable.get(key) ?? []), question])
  }
  return [
    // Views see the real tables; the shadows come after them.
    ...views.map(askView),
    ...shadowEnums(sides),
    ...shadowSequences(sides),
    ...[...byTable.values()].flatMap((group) => askTable(group, sides)),
  ]
}

function askView({ id, slot }: Question): Step {
  return {
    id,
    text: slot.text,
    before: 'CREATE TEMPORARY VIEW autogen_judged AS ',
    after: '',
    read: `SELECT rtrim(pg_get_viewdef('pg_temp.autogen_judged'::regclass), ';')`,
  }
}

function askTable(questions: readonly Question[], sides: Scratch): Step[] {
  const name = questions[0]!.slot.table
  const wanted = findTable(sides.wanted, name)
  const place = `pg_temp.${quoteName(name.name)}`
  if (wanted === undefined) {
    const view = findView(sides.live, name)
    return view === undefined ? [] : askIndexes(questions, view, place, sides)
  }
  const columns = scratchColumns(wanted, findTable(sides.live, name)).map((column) => scratchColumn(column, sides))
  return [
    {
      run: `CREATE TABLE ${place} (${columns.map(({ sql }) => sql).join(', ')})`,
      // A type that is not there yet becomes text, for the sake of the other columns.
      else: [
        `CREATE TABLE ${place} ()`,
        ...columns.flatMap(({ sql, quoted }) => [
          `ALTER TABLE ${place} ADD COLUMN ${sql}`,
          `ALTER TABLE ${place} ADD COLUMN ${quoted} text`,
        ]),
      ],
    },
    ...questions.map(({ id, slot }) => ({ id, text: slot.text, ...phrase(slot, place, wanted.columns, sides) })),
    { run: `DROP TABLE ${place}` },
  ]
}

/** The columns of a materialised view are those it has; where the wanted one has others it is made again, index and all. */
function askIndexes(questions: readonly Question[], view: View, place: string, sides: Scratch): Step[] {
  return [
    { run: `CREATE TABLE ${place} AS TABLE ${quoteTable(view, sides.scope)} WITH NO DATA` },
    ...questions.map(({ id, slot }) => ({ id, text: slot.text, ...phrase(slot, place, [], sides) })),
    { run: `DROP TABLE ${place}` },
  ]
}

/** The wanted columns, and those only a live expression can speak of. */
function scratchColumns(wanted: Table, live: Table | undefined): Column[] {
  const names = new Set(wanted.columns.map(({ name }) => name))
  return [...wanted.columns, ...(live?.columns ?? []).filter(({ name }) => !names.has(name))]
}

function scratchColumn({ name, type, collation }: Column, sides: Scratch): { sql: string; quoted: string } {
  const quoted = quoteName(name)
  const collate = collation === undefined ? '' : ` COLLATE ${quoteName(collation)}`
  return { quoted, sql: `${quoted} ${scratchType(type, sides)}${collate}` }
}

function scratchType(type: Column['type'], sides: Scratch): string {
  if (typeof type === 'string') return type
  const named = { ...(type.schema === undefined ? {} : { schema: type.schema }), name: type.enum }
  if (!isShadowed(findEnum(sides.wanted, named), sides)) return typeSql(type, sides.scope)
  return `pg_temp.${quoteName(type.enum)}${type.array ? '[]' : ''}`
}

type Phrase = Omit<Extract<Step, { id: number }>, 'id' | 'text'>

function phrase(slot: Slot, place: string, wanted: readonly Column[], sides: Scratch): Phrase {
  const relation = `${textLiteral(place)}::regclass`
  const judged = 'autogen_judged'
  const columnText = (name: string) => `SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a
    ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = ${relation} AND a.attname = ${textLiteral(name)}`
  const add = `ALTER TABLE ${place} ADD CONSTRAINT ${judged}`
  const check = { before: `${add} CHECK (`, after: ')' }
  const constraint = `FROM pg_constraint WHERE conrelid = ${relation} AND conname = '${judged}'`
  const checkText = `SELECT pg_get_expr(conbin, conrelid) ${constraint}`
  switch (slot.kind) {
    case 'default': {
      const column = slot.column ?? ''
      return {
        before: `ALTER TABLE ${place} ALTER COLUMN ${quoteName(column)} SET DEFAULT `,
        after: '',
        read: columnText(column),
      }
    }
    case 'generated': {
      const type = wanted.find(({ name }) => name === slot.column)?.type ?? 'text'
      return {
        before: `ALTER TABLE ${place} ADD COLUMN ${judged} ${scratchType(type, sides)} GENERATED ALWAYS AS (`,
        after: ') STORED',
        read: columnText(judged),
      }
    }
    case 'element':
      return { before: `${add} CHECK ((`, after: ') IS NOT NULL)', again: check, read: checkText }
    case 'exclusion':
      return { before: `${add} EXCLUDE `, after: '', read: `SELECT substr(pg_get_constraintdef(oid), 9) ${constraint}` }
    default:
      return { ...check, read: checkText }
  }
}

// Enum values that are not there yet cannot be used, types and sequences not there yet cannot be named: shadows can.
function shadowEnums(sides: Scratch): Step[] {
  return sides.wanted.enums
    .filter((type) => isShadowed(type, sides))
    .map((type) => {
      const values = new Set([...type.values, ...(findEnum(sides.live, nameOf(type))?.values ?? [])])
      return { run: `CREATE TYPE pg_temp.${quoteName(type.name)} AS ENUM (${[...values].map(textLiteral).join(', ')})` }
    })
}

function isShadowed(type: EnumType | undefined, { there }: Scratch): boolean {
  if (type === undefined) return false
  const found = there.find((one) => sameName(one, type))
  return found === undefined || !sameEnum(found, type)
}

function shadowSequences({ live, wanted }: Sides): Step[] {
  const known = new Set(live.sequences.map((sequence) => keyOf(nameOf(sequence))))
  return wanted.sequences
    .filter((sequence) => !known.has(keyOf(nameOf(sequence))))
    .map(({ name }) => ({ run: `CREATE SEQUENCE pg_temp.${quoteName(name)}` }))
}

/** One block for all of it, so that one expression the server cannot read does not spoil the others. */
function script(steps: readonly Step[], path: string): string {
  const body = `
DECLARE
  step jsonb; other text; said text; heard text; answer jsonb; answers jsonb := '{}'; around jsonb;
BEGIN
  PERFORM set_config('search_path', ${quoteText(path)}, true);
  FOR step IN SELECT value FROM jsonb_array_elements(${quoteText(JSON.stringify(steps))}::jsonb) LOOP
    IF step ? 'run' THEN
      BEGIN
        EXECUTE step->>'run';
      EXCEPTION WHEN OTHERS THEN
        FOR other IN SELECT value FROM jsonb_array_elements_text(coalesce(step->'else', '[]')) LOOP
          BEGIN EXECUTE other; EXCEPTION WHEN OTHERS THEN NULL; END;
        END LOOP;
      END;
      CONTINUE;
    END IF;
    said := step->>'text';
    around := step;
    answer := NULL;
    FOR round IN 1..3 LOOP
      BEGIN
        EXECUTE (around->>'before') || said || (around->>'after');
        EXECUTE step->>'read' INTO heard;
        RAISE EXCEPTION USING ERRCODE = 'AG000';
      EXCEPTION
        WHEN SQLSTATE 'AG000' THEN
          answer := jsonb_build_object('text', coalesce(heard, ''));
        WHEN OTHERS THEN
          answer := coalesce(answer, jsonb_build_object('error', SQLERRM, 'state', SQLSTATE));
          EXIT;
      END;
      EXIT WHEN heard IS NULL OR heard = said;
      said := heard;
      around := coalesce(step->'again', step);
    END LOOP;
    answers := answers || jsonb_build_object(step->>'id', answer);
  END LOOP;
  PERFORM set_config('autogen.answers', answers::text, true);
END`
  return dollarQuoted(body)
}

function tidied({ kind }: Slot, answer: Answer): Answer {
  if (answer.text === undefined) return answer
  const text = unwrap(foldZones(answer.text))
  if (kind === 'default') return { text: foldClock(foldJson(text)) }
  if (kind === 'element') return { text: unwrap(text.replace(/ IS NOT NULL$/, '')) }
  return { text: kind === 'view' ? foldZones(answer.text.trim()) : text }
}
