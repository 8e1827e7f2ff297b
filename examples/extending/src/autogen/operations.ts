import { defineOperation, type OperationsOf } from 'typeorm-autogen'

/** A trigger that counts how often a row was changed. It is in no schema we compare, so it has no `changes`. */
const countChanges = defineOperation({
  name: 'countChanges',
  describe: (table: string, column: string) => `+ counter of changes ${table}.${column}`,
  sql: {
    postgres: (table, column) => [
      `CREATE FUNCTION "${table}_count"() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN NEW."${column}" := OLD."${column}" + 1; RETURN NEW; END $$`,
      `CREATE TRIGGER "${table}_count" BEFORE UPDATE ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${table}_count"()`,
    ],
    sqlite: (table, column) =>
      `CREATE TRIGGER "${table}_count" AFTER UPDATE ON "${table}" WHEN NEW."${column}" = OLD."${column}" BEGIN
         UPDATE "${table}" SET "${column}" = OLD."${column}" + 1 WHERE rowid = NEW.rowid;
       END`,
  },
  reverse: (table, column) => ['stopCountingChanges', table, column],
})

const stopCountingChanges = defineOperation({
  name: 'stopCountingChanges',
  describe: (table: string, column: string) => `- counter of changes ${table}.${column}`,
  sql: {
    postgres: (table) => [`DROP TRIGGER "${table}_count" ON "${table}"`, `DROP FUNCTION "${table}_count"()`],
    sqlite: (table) => `DROP TRIGGER "${table}_count"`,
  },
  reverse: (table, column) => ['countChanges', table, column],
})

/** Two statements that always go together. What they do to the schema is said with the operations there are. */
const addCounter = defineOperation({
  name: 'addCounter',
  describe: (table: string, column: string) => `+ counter ${table}.${column}`,
  sql: {
    postgres: (table, column) => `ALTER TABLE "${table}" ADD COLUMN "${column}" integer NOT NULL DEFAULT 0`,
    sqlite: (table, column) => `ALTER TABLE "${table}" ADD COLUMN "${column}" integer NOT NULL DEFAULT (0)`,
  },
  changes: (op, table, column) => op.addColumn(table, { name: column, type: 'integer', default: 0 }),
  reverse: null,
})

export const operations = [countChanges, stopCountingChanges, addCounter] as const

declare module 'typeorm-autogen' {
  interface OwnOperations extends OperationsOf<typeof operations> {}
}
