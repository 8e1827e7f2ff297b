// TypeORM's own builder on what we made: it may say no more than after its own synchronize() of the same entities.
import * as typeorm from 'typeorm'
import { freshPostgres } from '../support/databases'
import { makeClasses } from '../support/random-entities/classes'
import type { Pair } from '../support/random-entities/edit'
import type { Entities } from '../support/random-entities/spec'
import { clean } from './walk'

/** Oracle asks TypeORM. */
export interface Oracle {
  /** What TypeORM would do to the database at the URL, and would not to one it made itself; undefined where it cannot make one. */
  complaints(url: string, entities: Entities, pair: Pick<Pair, 'defaultSchema'>): Promise<string[] | undefined>
  close(): Promise<void>
}

/** Opens a database in which TypeORM can do as it likes. */
export async function openOracle(): Promise<Oracle> {
  const database = await freshPostgres()
  return {
    async complaints(url, entities, { defaultSchema }) {
      const { classes, forget } = makeClasses(entities)
      const open = (at: string, options: object = {}) =>
        new typeorm.DataSource({
          type: 'postgres',
          url: at,
          ...options,
          ...(defaultSchema === 'public' ? {} : { schema: defaultSchema }),
          entities: classes as [],
        }).initialize()
      const schemas = new Set([...entities.entities, ...entities.views].flatMap(({ schema }) => schema ?? []))
      const theirs = await open(database.url)
      try {
        await clean(theirs, defaultSchema)
        for (const schema of schemas) await theirs.query(`CREATE SCHEMA "${schema}"`)
        // Extensions went with the rest.
        await theirs.destroy()
        await theirs.initialize()
        await theirs.synchronize()
        const usual = await said(theirs)
        // It would create some that nothing there needs.
        const ours = await open(url, { installExtensions: false })
        try {
          return (await said(ours)).filter((query) => !usual.includes(query) && !unquoted.test(query))
        } finally {
          await ours.destroy()
        }
      } catch (error) {
        // It does not escape what it writes, and knows no order.
        if (error instanceof typeorm.QueryFailedError) return undefined
        throw error
      } finally {
        await theirs.destroy()
        forget()
      }
    },
    close: () => database.drop(),
  }
}

/** In a list of values of an enum it does not tell the value NULL from no value, and would take ours for the latter. */
const unquoted = /SET DEFAULT '\{(?:[^']*,)?NULL[,}]/

async function said(dataSource: typeorm.DataSource): Promise<string[]> {
  return (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query)
}
