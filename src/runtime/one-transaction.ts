// A whole run in one transaction, to be kept or taken back as a whole: what begins and commits inside of it is a savepoint.
import type { Row } from '../dialects/dialect'
import { SingleTransactionError } from '../errors'
import type { Intent } from '../operations/intent'
import type { Session } from './session'

/** OneTransaction is open for the time of a run. */
export interface OneTransaction {
  /** Begins and commits inside of it. */
  readonly session: Session
  /** Checks, after a migration, what a commit would check. */
  check(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** InOne is what becomes of work that wants a transaction of its own, or none, where a run has but one. */
export interface InOne {
  readonly rehearsal: boolean
  /** A commit between two parts, which there is not: refused, or told. */
  between(revision: string, why: string): void
  /** What must run outside of a transaction: refused, or told and made such that it can run inside, as far as it can. */
  outside(revision: string, intents: readonly Intent[]): readonly Intent[]
  /** Code of the script's own outside of a transaction: refused, or the end of the rehearsal. */
  unknown(revision: string, what: string): never
}

/** RehearsalNote is something that a dry run did in another way than the run will, or left out. */
export interface RehearsalNote {
  readonly revision: string
  readonly note: string
}

/** Asks for the whole run to be begun again, with foreign keys off. */
export class ForeignKeysNeedOff extends Error {}

/** Ends a rehearsal early: what follows can only be tried after a commit, or outside of a transaction. */
export class RehearsalEnds extends Error {
  constructor(
    readonly revision: string,
    readonly reason: string,
  ) {
    super(reason)
  }
}

/** Begins the transaction of a run. */
export async function openOne(session: Session, foreignKeysOff: boolean): Promise<OneTransaction> {
  const outer = await session.begin({ foreignKeysOff, checked: true })
  const query = (sql: string): Promise<Row[]> => session.connection.query(sql)
  let count = 0
  const inside: Session = {
    ...session,
    async begin(options) {
      if (options?.foreignKeysOff && !foreignKeysOff) throw new ForeignKeysNeedOff()
      const name = `autogen_${++count}`
      await query(`SAVEPOINT ${name}`)
      return {
        commit: async () => void (await query(`RELEASE SAVEPOINT ${name}`)),
        async rollback() {
          if (!session.connection.isTransactionActive) return
          await query(`ROLLBACK TO SAVEPOINT ${name}`)
          await query(`RELEASE SAVEPOINT ${name}`)
        },
      }
    },
  }
  return {
    session: inside,
    check: async () => outer.check?.(),
    commit: () => outer.commit(),
    rollback: () => outer.rollback(),
  }
}

/** A run whose migrations are kept or taken back together: what cannot be part of it is refused. */
export const single: InOne = {
  rehearsal: false,
  between: refuse,
  outside: (revision) => refuse(revision, outside),
  unknown: refuse,
}

function refuse(revision: string, reason: string): never {
  throw new SingleTransactionError([{ revision, reason }])
}

/** Why a revision cannot be part of one transaction. */
export const outside = 'it runs statements outside of a transaction'
export const newValue = 'it adds an enum value, which can be used only after a commit'
export const batches = 'op.batched commits after every batch'

/** A run that is taken back in any case: what cannot be part of it is told. */
export function rehearsal(tell: (note: RehearsalNote) => void): InOne {
  return {
    rehearsal: true,
    between: (revision, why) => tell({ revision, note: `was tried in one transaction, though ${why}` }),
    outside(revision, intents) {
      return intents.flatMap((intent): Intent[] => {
        if (intent.kind === 'execute' || intent.kind === 'own') {
          const what = intent.kind === 'own' ? `op.${intent.does.name}` : intent.sql
          tell({ revision, note: `was not tried: \`${what}\`, which runs outside of a transaction` })
          return []
        }
        if (intent.kind !== 'createIndex' && intent.kind !== 'dropIndex') return [intent]
        const name = intent.kind === 'createIndex' ? intent.index.name : intent.name
        tell({ revision, note: `was tried inside the transaction, not concurrently: index "${name}"` })
        return intent.kind === 'createIndex'
          ? [{ ...intent, index: { ...intent.index, concurrently: false } }]
          : [{ ...intent, options: { concurrently: false } }]
      })
    },
    unknown(revision, what) {
      throw new RehearsalEnds(revision, `${what} runs outside of a transaction there`)
    },
  }
}
