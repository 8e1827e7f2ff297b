// Which expressions are the same: those of equal tokens, and those SQLite compiles to the same program.
import { isExpression } from '../../model/expression'
import { findTable } from '../../model/lookup'
import type { Expression, IndexElement, SchemaModel, Table } from '../../model/schema'
import type { Judgement, Queryable, Row, Uncertainty } from '../dialect'
import { quoteName } from '../sql'
import { form } from './form'
import { viewText } from './normalize'
import { sqliteMeaning } from './parse'

/** Gives equal expressions of both schemas the same canonical text; texts that differ are compiled over a table in TEMP. */
export async function judge(db: Queryable, live: SchemaModel, wanted: SchemaModel): Promise<Judgement> {
  const spelled = { live: spellSchema(live), wanted: spellSchema(wanted) }
  const tables = new Map<Table, Table>()
  const uncertain: Uncertainty[] = []
  for (const target of spelled.wanted.tables) {
    const table = findTable(spelled.live, target)
    if (table === undefined) continue
    const doubts = doubtful(subjects(table), subjects(target))
    if (doubts.live.length === 0 || doubts.wanted.length === 0) continue
    const programs = await compile(db, scratchOf(target, table), [...doubts.live, ...doubts.wanted])
    const same = sameForms(doubts, programs)
    for (const [at, wantedAt] of pairs(doubts)) {
      const failed = programs.get(formOf(at))?.error ?? programs.get(formOf(wantedAt))?.error
      if (failed === undefined || same(formOf(at)) === same(formOf(wantedAt))) continue
      const { subject } = at
      uncertain.push({
        table: target,
        subject,
        live: at.expression.sql,
        wanted: wantedAt.expression.sql,
        reason: failed,
      })
      same.unite(formOf(at), formOf(wantedAt))
    }
    tables.set(
      table,
      mapExpressions(table, (expression) => same(spelling(expression))),
    )
    tables.set(
      target,
      mapExpressions(target, (expression) => same(spelling(expression))),
    )
  }
  const settled = (schema: SchemaModel) => ({
    ...schema,
    tables: schema.tables.map((table) => tables.get(table) ?? table),
  })
  return { live: settled(spelled.live), wanted: settled(spelled.wanted), uncertain }
}

/** An expression and what holds it; `family` keeps those apart that are never compared. */
interface Subject {
  readonly subject: string
  readonly family: 'default' | 'generated' | 'check' | 'index'
  readonly expression: Expression
}

interface Doubts {
  readonly live: readonly Subject[]
  readonly wanted: readonly Subject[]
}

interface Program {
  readonly code?: string
  readonly error?: string
}

function spellSchema(schema: SchemaModel): SchemaModel {
  return {
    ...schema,
    tables: schema.tables.map((table) => mapExpressions(table, spelling)),
    views: schema.views.map((view) => ({
      ...view,
      definition: { ...view.definition, canonical: form(viewText(view.definition.sql)) },
    })),
  }
}

const spelling = ({ sql, canonical }: Expression) => canonical ?? form(sql)
const formOf = ({ expression }: Subject) => spelling(expression)

function mapExpressions(
  table: Table,
  canonical: (expression: Expression, subject: string, family: Subject['family']) => string,
): Table {
  const edit = <E extends Expression>(expression: E, subject: string, family: Subject['family']): E => ({
    ...expression,
    canonical: canonical(expression, subject, family),
  })
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      ...(column.default !== undefined && isExpression(column.default)
        ? { default: edit(column.default, `default of "${column.name}"`, 'default') }
        : {}),
      ...(column.generated && { generated: edit(column.generated, `generated column "${column.name}"`, 'generated') }),
    })),
    checks: table.checks.map((check) => ({
      ...check,
      expression: edit(check.expression, check.name === undefined ? 'check' : `check "${check.name}"`, 'check'),
    })),
    indexes: table.indexes.map((index) => ({
      ...index,
      columns: index.columns.map((element, at): IndexElement =>
        typeof element === 'string' || !('sql' in element)
          ? element
          : edit(element, `expression ${at + 1} of index "${index.name}"`, 'index'),
      ),
      ...(index.where && { where: edit(index.where, `predicate of index "${index.name}"`, 'index') }),
    })),
  }
}

function subjects(table: Table): Subject[] {
  const found: Subject[] = []
  mapExpressions(table, (expression, subject, family) => {
    found.push({ subject, family, expression })
    return spelling(expression)
  })
  return found
}

// Only texts that the other side does not have are worth a question.
function doubtful(live: readonly Subject[], wanted: readonly Subject[]): Doubts {
  const key = (one: Subject) => `${one.family} ${formOf(one)}`
  const missing = (list: readonly Subject[], other: readonly Subject[]) => {
    const known = new Set(other.map(key))
    return list.filter((one) => !known.has(key(one)))
  }
  const [alone, asked] = [missing(live, wanted), missing(wanted, live)]
  const families = (list: readonly Subject[]) => new Set(list.map(({ family }) => family))
  return {
    live: alone.filter(({ family }) => families(asked).has(family)),
    wanted: asked.filter(({ family }) => families(alone).has(family)),
  }
}

function pairs({ live, wanted }: Doubts): [Subject, Subject][] {
  return live.flatMap((one) => {
    const other = one.subject === 'check' ? undefined : wanted.find(({ subject }) => subject === one.subject)
    return other === undefined ? [] : [[one, other] as [Subject, Subject]]
  })
}

function sameForms(doubts: Doubts, programs: ReadonlyMap<string, Program>) {
  const chosen = new Map<string, string>()
  const byCode = new Map<string, string>()
  for (const one of [...doubts.wanted, ...doubts.live]) {
    const code = programs.get(formOf(one))?.code
    if (code === undefined) continue
    const first = byCode.get(code) ?? formOf(one)
    byCode.set(code, first)
    chosen.set(formOf(one), first)
  }
  const same = (text: string) => chosen.get(text) ?? text
  return Object.assign(same, { unite: (text: string, other: string) => void chosen.set(text, same(other)) })
}

// The columns as wanted, and those only the live table has: an expression of either side finds what it names.
function scratchOf(wanted: Table, live: Table): Table {
  const known = new Set(wanted.columns.map(({ name }) => name.toLowerCase()))
  return {
    ...wanted,
    columns: [...wanted.columns, ...live.columns.filter(({ name }) => !known.has(name.toLowerCase()))],
  }
}

async function compile(db: Queryable, table: Table, asked: readonly Subject[]): Promise<Map<string, Program>> {
  const scratch = `temp.${quoteName(`_autogen_judge_${table.name}`)}`
  const columns = table.columns.map(
    ({ name, type, collation }) =>
      `${quoteName(name)} ${typeof type === 'string' ? type : ''}${collation === undefined ? '' : ` COLLATE ${quoteName(collation)}`}`,
  )
  const programs = new Map<string, Program>()
  try {
    await db.query(`CREATE TABLE ${scratch} (${columns.join(', ')})`)
  } catch (error) {
    for (const one of asked) programs.set(formOf(one), { error: reason(error) })
    return programs
  }
  try {
    for (const one of asked) {
      if (programs.has(formOf(one))) continue
      // The alias lets an expression name its table; the line break ends a comment at its end.
      const sql = `EXPLAIN SELECT (${one.expression.sql}\n) FROM ${scratch} AS ${quoteName(table.name)}`
      programs.set(formOf(one), await explain(db, sql, one.expression.sql))
    }
  } finally {
    await db.query(`DROP TABLE ${scratch}`)
  }
  return programs
}

async function explain(db: Queryable, sql: string, expression: string): Promise<Program> {
  try {
    const rows = await db.query(sql)
    return { code: JSON.stringify([rows.map(instruction), exactLiterals(expression)]) }
  } catch (error) {
    return { error: reason(error) }
  }
}

function instruction(row: Row): unknown[] {
  return [row['opcode'], row['p1'], row['p2'], row['p3'], String(row['p4'] ?? ''), row['p5']]
}

// EXPLAIN prints a blob up to its first zero byte and a real to sixteen digits; these must be equal by themselves.
function exactLiterals(sql: string): string[] {
  return sqliteMeaning(sql).flatMap(({ kind, text }) => {
    if (kind === 'string' && /^x/i.test(text)) return [text.toLowerCase()]
    return kind === 'number' && /^[^x]*[.e]/i.test(text) ? [String(Number(text.replaceAll('_', '')))] : []
  })
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
