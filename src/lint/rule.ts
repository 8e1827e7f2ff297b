// What a rule is, apart from the list of them.
import type { Column, EnumType, SchemaModel } from '../model/schema'
import type { Operation } from '../operations/operation'

/** Finding is what a rule says of one operation. */
export interface Finding {
  readonly rule: string
  /** One sentence, written as a comment above the operation. */
  readonly message: string
  /** Which operation of the list it speaks of. */
  readonly operation: number
}

/** Rule looks at one operation and the schema it meets. */
export interface Rule {
  readonly name: string
  check(operation: Operation, before: SchemaModel, around: Around): string | undefined
}

/** Around is what else a rule may need to know. */
export interface Around {
  /** How many operations run with this one. */
  readonly operations: number
  /** Which values of a column its database would lose, as a condition; absent where no database was asked. */
  readonly narrowing?: (from: Column, to: Column, enums: readonly EnumType[]) => { readonly where: string } | undefined
}
