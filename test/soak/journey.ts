// What a walk does to its database, by the functions behind the commands; and what it finds there.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { checkCommand } from '../../src/commands/check'
import { downgradeCommand } from '../../src/commands/downgrade'
import { revisionCommand, type RenameListener } from '../../src/commands/revision'
import { upgradeCommand } from '../../src/commands/upgrade'
import { compare } from '../../src/comparison'
import type { Answers } from '../../src/diff/answers'
import { readEntities } from '../../src/entities/read'
import { createEnvironment, type Environment } from '../../src/environment'
import { AutogenError } from '../../src/errors'
import { emptySchema, type SchemaModel } from '../../src/model/schema'
import type { Operation } from '../../src/operations/operation'
import { isQueued, recordScript } from '../../src/operations/record'
import { resolve } from '../../src/operations/resolve'
import type { Session } from '../../src/runtime/session'
import { fromModules } from '../../src/scripts/modules'
import type { MigrationModule } from '../../src/scripts/script'
import { makeClasses } from '../support/random-entities/classes'
import type { Entities } from '../support/random-entities/spec'
import { dumpCatalogue, type Dump } from './catalogue'
import { fillInFor } from './rows'

/** Renames is what of a change is only another name. */
export interface Renames {
  readonly answers: Answers
  readonly operations: readonly Operation[]
  /** Whether there is any change at all. */
  readonly some: boolean
}

/** Clock measures what is done under a name. */
export type Clock = <R>(phase: string, work: () => Promise<R>) => Promise<R>

/** Journey holds what a walk has written so far. */
export class Journey {
  readonly problems: string[] = []
  phase = 'start'
  rows = 0
  private readonly modules: MigrationModule[] = []
  private readonly sources: string[] = []
  private readonly made = new Map<Entities, { dataSource: typeorm.DataSource; forget(): void }>()

  constructor(
    private readonly session: Session,
    private readonly base: typeorm.DataSource,
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly names: boolean,
    private readonly keepsFiles: boolean,
  ) {}

  forget(): void {
    for (const { forget } of [...this.made.values()].reverse()) forget()
  }

  /** What a revision to the entities would rename, and the answers to what may have been renamed. */
  async renames(entities: Entities, onRename: RenameListener): Promise<Renames> {
    this.phase = 'compare'
    const environment = this.environment(entities)
    const { operations, renames } = await compare(environment, { names: this.names, onRename })
    return { answers: renames, operations: operations.filter(isRename), some: operations.length > 0 }
  }

  /** Writes a revision from one schema to the entities, where there is something to do; says what it renames. */
  async revise(
    id: string,
    entities: Entities,
    from: SchemaModel = emptySchema,
    onRename: RenameListener = () => null,
  ): Promise<Renames> {
    this.phase = `revision ${id}`
    const revId = `${id}${String(this.sources.length)}${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
    const environment = this.environment(entities)
    const result = await this.clock('revision', () =>
      revisionCommand.run(environment, { message: id, revId, names: this.names, onRename }),
    )
    if (result.source === undefined) return { answers: {}, operations: [], some: false }
    if (!this.keepsFiles && result.path !== undefined) {
      rmSync(result.path)
      rmSync(join(this.folder, 'HEAD'), { force: true })
    }
    const source = filledIn(result.source, await this.schemaOf(entities))
    const module = evaluate(source)
    this.sources.push(source)
    this.modules.push(module)
    const { intents } = await recordScript((op) => module.upgrade?.(op))
    const operations = resolve(from, intents.filter(isQueued).filter(isRename))
    return { answers: result.renames, operations, some: true }
  }

  async upgrade(what: string): Promise<void> {
    this.phase = `upgrade ${what}`
    const environment = this.environment()
    await this.clock('upgrade', () => this.tellingSource(() => upgradeCommand.run(environment, {})))
  }

  async downgrade(target: string): Promise<void> {
    this.phase = `downgrade ${target}`
    const environment = this.environment()
    await this.clock('downgrade', () => this.tellingSource(() => downgradeCommand.run(environment, { target })))
    if (target === '-1') this.modules.pop()
  }

  /** Nothing may be left to do, and nobody else's things be found but those that are named. */
  async checkEmpty(when: string, entities: Entities, strangers?: string): Promise<void> {
    this.phase = `check ${when}`
    const result = await this.clock('check', () =>
      checkCommand.run(this.environment(entities), { names: this.names, strict: true }),
    )
    const found = [
      ...result.problems.filter(({ code }) => code !== 'drift').map(({ message }) => message),
      ...result.operations.map(({ text }) => text),
      ...result.unmanaged
        .filter((text) => strangers === undefined || !text.includes(strangers))
        .map((text) => `unmanaged: ${text}`),
    ]
    if (found.length > 0) this.problems.push(`check ${when}: ${found.join('; ')}`, ...this.sources.slice(-1))
  }

  /** The entities as a schema. */
  async schemaOf(entities: Entities): Promise<SchemaModel> {
    const { dialect, scope } = this.session
    const { schema } = await this.clock('entities', () =>
      readEntities(this.dataSourceOf(entities), dialect.entities, scope),
    )
    return dialect.normalize(schema, { ...scope, schemas: schema.schemas })
  }

  async seed(sql: string): Promise<void> {
    this.rows += sql.split('INSERT INTO').length - 1
    await this.run('seed', sql)
  }

  async run(phase: string, sql: string): Promise<void> {
    this.phase = phase
    await this.clock('rows', () => this.session.connection.query(sql))
  }

  async read(sql: string | undefined): Promise<string[]> {
    this.phase = 'read rows'
    if (sql === undefined) return []
    const rows = await this.clock('rows', () => this.session.connection.query(sql))
    return rows.map(({ place, held }) => JSON.stringify([place, held])).sort()
  }

  dump(): Promise<Dump> {
    this.phase = 'catalogue'
    return this.clock('catalogue', () => dumpCatalogue(this.session.connection))
  }

  compare(what: string, expected: readonly string[], found: readonly string[], differ = lineByLine): void {
    const differences = differ(expected, found)
    if (differences.length > 0) this.problems.push(`${what}:\n${differences.join('\n')}`, ...this.sources.slice(-1))
  }

  private async tellingSource(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.problems.push(...this.sources.slice(-1))
      throw error
    }
  }

  private environment(entities?: Entities): Environment {
    const dataSource = entities === undefined ? this.base : this.dataSourceOf(entities)
    const environment = createEnvironment({
      // Files that are read and removed need not be pretty, and nobody keeps a HEAD of them.
      settings: { headFile: false, format: this.keepsFiles },
      scripts: fromModules(this.modules),
      dataSource: () => Promise.resolve(dataSource),
      place: { folder: this.folder, migrations: [this.folder], language: 'js', module: 'cjs' },
    })
    const session = () => Promise.resolve(this.session)
    // All commands of all walks share a connection.
    return Object.assign(environment, { session, writingSession: session, close: () => Promise.resolve() })
  }

  private dataSourceOf(entities: Entities): typeorm.DataSource {
    let made = this.made.get(entities)
    if (made === undefined) {
      const { classes, forget } = makeClasses(entities)
      const dataSource = new typeorm.DataSource({
        ...this.base.options,
        entities: classes,
      } as unknown as typeorm.DataSourceOptions)
      made = { dataSource, forget }
      this.made.set(entities, made)
    }
    return made.dataSource
  }
}

function isRename({ kind }: { readonly kind: string }): boolean {
  return /^rename(Table|Column|Enum)/.test(kind)
}

function lineByLine(expected: readonly string[], found: readonly string[]): string[] {
  return JSON.stringify(expected) === JSON.stringify(found)
    ? []
    : [...expected.map((line) => `- ${line}`), ...found.map((line) => `+ ${line}`)]
}

/** Answers what a revision asks a person to write. */
export function filledIn(source: string, schema: SchemaModel): string {
  return source.replace(/op\.fillIn\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),?\s*\)/g, (_, quotedName: string) => {
    const what = new Function(`return ${quotedName}`)() as string
    return JSON.stringify(fillInFor(what, schema))
  })
}

/** Runs the text of a migration written as a CommonJS file. */
function evaluate(source: string): MigrationModule {
  const exports = {}
  new Function('exports', 'require', source)(exports, () => ({}))
  return exports as MigrationModule
}

/** An error as a person would read it. */
export function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const hint = error instanceof AutogenError ? ` | ${error.hint}` : ''
  return `${error.name}: ${error.message}${hint}${error instanceof AutogenError ? '' : `\n${error.stack}`}`
}
